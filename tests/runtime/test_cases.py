"""Running cases: what is asked of whom, what a difference looks like, and mistakes in the files."""

from pathlib import Path

import pytest

from waypost.model.problems import Problem
from waypost.runtime.cases import run_folder
from waypost.runtime.results import Result

PROJECT = """
project: p
signup: signed_up
signals: {logins: {count: login}}
stages: {regular: {when: logins >= 2}, new: {when: TRUE}}
steps:
  tip: {channel: tip, cooldown: 1 day, copy: {en: {title: Tip}}}
  mail: {channel: email, send_when: logins >= 1, still_true_after: 1 hour, copy: {en: {subject: Mail}}}
journeys: {way: {for: age < INTERVAL '30 days', steps: [tip, mail]}}
holdout: {share: 100}
"""


def ran(folder: Path, case: str) -> Result:
    """The result of one case in a project of its own."""
    (folder / "waypost.yaml").write_text(PROJECT)
    (folder / "cases" / "deeper").mkdir(parents=True)
    (folder / "cases" / "deeper" / "one.yaml").write_text(case)
    (result,) = run_folder(folder).results
    return result


def test_nobody_is_held_out_and_delivery_is_on(tmp_path: Path) -> None:
    result = ran(
        tmp_path,
        """
case: asked without a trace, then for real
people:
  ada:
    - {at: "2026-01-05T09:00:00Z", event: signed_up}
    - {at: "2026-01-05T10:00:00Z", event: login}
    - {at: "2026-01-05T12:00:00Z", asks: true}
expect:
  - {at: "2026-01-05T09:00:00Z", person: ada, next: tip}
  - {at: "2026-01-05T09:30:00Z", person: ada, next: [tip], not_now: {mail: send_when}}
  - {at: "2026-01-05T10:59:59Z", person: ada, not_now: {mail: still_true_after}}
  - {at: "2026-01-05T11:00:00Z", person: ada, next: [tip, mail]}
  - {at: "2026-01-05T13:00:00Z", person: ada, next: mail, not_now: {tip: cooldown}}
""",
    )
    assert result.differences == []


def test_somebody_who_is_not_there_yet_has_nothing(tmp_path: Path) -> None:
    result = ran(
        tmp_path,
        """
case: before the first event
people: {ada: [{at: "2026-01-05T09:00:00Z", event: signed_up, as: phone}]}
expect:
  - {at: "2026-01-05T08:59:59Z", person: phone, stage: null, signals: {logins: null}, next: null}
  - {at: "2026-01-05T09:00:00Z", person: phone, stage: new, signals: {logins: 0}}
  - {at: "2026-01-05T09:00:00Z", person: ada, stage: null}
""",
    )
    assert result.differences == []


def test_a_difference_names_line_person_fact_and_both_answers(tmp_path: Path) -> None:
    result = ran(
        tmp_path,
        """case: three things are wrong
people:
  ada:
    - {at: "2026-01-05T09:00:00Z", event: signed_up, with: phone}
    - {at: "2026-01-05T09:10:00Z", event: login, as: phone, received: +1 day, properties: {via: sso}}
  ben:
    - {at: "2026-01-05T09:20:00Z", event: login}
expect:
  - {at: "2026-01-05T10:00:00Z", person: ada, stage: regular, signals: {logins: 2}, next: null}
""",
    )
    head = "line 9: ada at 2026-01-05T10:00:00Z, "
    assert result.differences == [
        head + 'stage: expected "regular", got live "new", batch "new"',
        head + "signals.logins: expected 2, got live 1, batch 1",
        head + 'next: expected null, got live ["tip"]',
        "what ada did:",
        "  2026-01-05T09:00:00Z ada with phone: signed_up",
        '  2026-01-05T09:10:00Z anonymous phone: login {"via":"sso"}, received 2026-01-06T09:10:00Z',
    ]


def test_all_mistakes_in_cases_are_told_at_once(tmp_path: Path) -> None:
    text = """
case: two names are wrong
people: {ada: [{at: "2026-01-05T09:00:00Z", event: login}]}
expect: [{at: "2026-01-05T09:00:00Z", person: ada, stage: reglar, signals: {login: 1}}]
"""
    with pytest.raises(Problem) as told:
        ran(tmp_path, text)
    assert "reglar" in told.value.message
    assert "`login`" in told.value.message
    assert "cases/deeper/one.yaml:4" in told.value.message


def test_a_folder_without_cases_has_nothing_to_fail(tmp_path: Path) -> None:
    (tmp_path / "waypost.yaml").write_text(PROJECT)
    report = run_folder(tmp_path)
    assert report.results == ()
    assert report.expectations == 0
