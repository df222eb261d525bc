"""The example that `init`, the demo and the benchmarks use is complete, and says nothing that must be excused."""

from pathlib import Path
from typing import get_args

from waypost.definitions.load import load
from waypost.demo.harbour import copy_to, example
from waypost.model.changes import Definitions
from waypost.model.signals import Between, InFirst, Kind, Within
from waypost.model.steps import Channel
from waypost.runtime.cases import run_folder
from waypost.runtime.folder import read_folder
from waypost.runtime.zones import zones


def harbour() -> Definitions:
    with example() as folder:
        loaded = load(read_folder(folder), zones())
    assert [str(issue) for issue in loaded.issues] == []
    assert loaded.definitions is not None
    return loaded.definitions


def test_it_uses_every_kind_of_signal_and_every_window() -> None:
    signals = harbour().signals
    kinds = {type(signal.kind) for signal in signals.values()}
    either = {kind.__name__ for kind in get_args(Kind)} - {kind.__name__ for kind in kinds}
    assert either <= {"Min", "Max"}, "min and max are written as avg is"
    windows = {type(getattr(signal.kind, "window", None)) for signal in signals.values()}
    assert {Within, InFirst, Between} <= windows


def test_it_is_as_large_as_the_benchmarks_say() -> None:
    definitions = harbour()
    assert len(definitions.signals) >= 10
    assert len(definitions.segments) == 8
    assert len(definitions.milestones) == 3
    assert len(definitions.stages) == 4
    assert len(definitions.steps) == 12
    assert definitions.activation == "aha"
    assert {step.channel for step in definitions.steps.values()} == set(get_args(Channel))
    assert definitions.delivery == "off"


def test_its_cases_hold_in_both_evaluators() -> None:
    with example() as folder:
        report = run_folder(folder)
    assert len(report.results) >= 8
    assert {result.name: result.differences for result in report.results if result.differences} == {}


def test_the_demo_delivers(tmp_path: Path) -> None:
    copy_to(tmp_path, deliver=True)
    definitions = load(read_folder(tmp_path), zones()).definitions
    assert definitions is not None
    assert definitions.delivery == "on"
