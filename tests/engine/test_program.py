"""What a definition set is compiled to."""

from dataclasses import replace

import pytest

from tests.engine.small import definitions, event, identify, interval, number
from waypost.engine.program import compile_program
from waypost.model.conditions import Age, Always, Compare, Op, SignalOf
from waypost.model.journeys import Journey
from waypost.model.signals import Count, Days, First, Peak, Ratio, Select, Since, Within
from waypost.model.steps import Step
from waypost.model.tracking import PlannedEvent, TrackingPlan
from waypost.model.values import Type

A, ANY = Select(("a",)), Select(("any",))


def test_signals_that_remember_the_same_share_a_slot() -> None:
    program = compile_program(
        definitions(
            {
                "count": (Count(A, Within(9)), Type.NUMBER),
                "share": (Ratio(Count(A, Within(9)), Count(ANY, Within(9))), Type.NUMBER),
                "peak": (Peak(Count(A), 9), Type.NUMBER),
                "idle": (Since(A), Type.INTERVAL),
                "idle_lately": (Since(A, Within(5)), Type.INTERVAL),
                "first": (First(A), Type.INSTANT),
                "days": (Days(A), Type.NUMBER),
            }
        )
    )
    assert len(program.slots) == 6


def test_comparisons_of_one_signal_are_read_at_once() -> None:
    program = compile_program(
        definitions(
            {"a": (Count(A), Type.NUMBER)},
            segments={f"s{limit}": Compare(Op.GE, SignalOf("a"), number(limit)) for limit in range(5)},
        )
    )
    assert len(program.readers) == 1
    assert program.movers == ()
    assert program.waiting == ()


def test_an_event_touches_only_what_takes_it() -> None:
    program = compile_program(
        definitions(
            {"a": (Count(A), Type.NUMBER), "b": (Count(Select(("b",))), Type.NUMBER)},
            segments={"a": Compare(Op.GE, SignalOf("a"), number(1)), "b": Compare(Op.GE, SignalOf("b"), number(1))},
            plan=TrackingPlan({"a": PlannedEvent("a", also=("A",))}),
        )
    )
    a, b, other = (program.intake(event(0, name)) for name in ("a", "b", "other"))
    assert program.intake(event(0, "A")) == a
    assert (len(a.marks), len(a.reads)) == (1, 1)
    assert a.marks != b.marks
    assert (other.marks, other.reads) == ((), ())
    assert program.intake(event(0, "Step Shown")).own
    assert program.intake(identify(0)).traits


def test_the_names_of_what_is_watched() -> None:
    base = definitions()
    program = compile_program(
        replace(
            base,
            journeys={"j": Journey("j", ("tip",), Always(True), exit=Always(False))},
            steps={
                "tip": Step("tip", "tip", show_when=Always(True), done_when=Always(False)),
                "mail": Step("mail", "email", send_when=Always(True)),
            },
        )
    )
    assert program.watched == (
        "journey.j.for",
        "journey.j.exit",
        "step.tip.show_when",
        "step.tip.done_when",
        "step.mail.send_when",
    )


def test_who_is_awaited_comes_first_among_those_that_move() -> None:
    aged = Compare(Op.GT, Age(), interval(5))
    base = definitions(segments={"aged": aged})
    program = compile_program(
        replace(base, steps={"a": Step("a", "tip", show_when=aged), "b": Step("b", "email", send_when=aged)})
    )
    assert (len(program.waiting), program.awaited) == (3, 2)


def test_everything_has_its_place_in_the_order_of_evaluation() -> None:
    base = definitions(segments={"s": Always(True)})
    with pytest.raises(ValueError, match="leaves out"):
        compile_program(replace(base, evaluation=()))
