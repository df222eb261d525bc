"""Real people: the figures of `relax` and `oulad_2013` by both evaluators, as their READMEs have verified them."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.compute as pc
import pytest

from tests.batch import real
from tests.batch.logs import at_least, defined
from waypost.batch.names import segment_column
from waypost.engine.observe import fold, view
from waypost.engine.people import group_by_person
from waypost.engine.program import compile_program
from waypost.model import conditions as c
from waypost.model import signals as s
from waypost.model.changes import Definitions
from waypost.model.time import DAY, parse_instant
from waypost.readout.milestones import Reach
from waypost.runtime.readouts import reaches
from waypost.runtime.warehouse import Warehouse, open_warehouse

pytestmark = pytest.mark.data

END = parse_instant("2015-01-01T00:00:00Z") or 0
LOGIN, CLICK = s.Select(("login",)), s.Select(("click",))
ADOPTION = defined({"login_days": s.Peak(s.Days(LOGIN), 7 * DAY)}, {"adopted": at_least("login_days", 3)})
COURSES = defined(
    {
        "first_week": s.Days(CLICK, s.InFirst(7 * DAY)),
        "week_4": s.Count(CLICK, s.Between(21 * DAY, 28 * DAY)),
    },
    {"activated": (at_least("first_week", 3), 7 * DAY)},
    segments={
        "active": c.Truth(c.ReachedOf("activated")),
        "retained": at_least("week_4", 1),
        "signed_up": c.Not(c.Missing(c.Age())),
    },
)


def by_group(found: list[Reach]) -> dict[object, tuple[int, int]]:
    """Reached and people of each group."""
    return {reach.group: (reach.reached, reach.people) for reach in found}


def test_relax_has_1602_who_adopted(data: Path) -> None:
    table = real.log(real.RELAX, data / "relax")
    warehouse = open_warehouse(tail=table)
    adopted = warehouse.milestones(ADOPTION, END)["adopted"]
    assert len(adopted) == 1602
    assert warehouse.states_arrow(ADOPTION, END).num_rows == 12_000
    (everyone,) = reaches(warehouse, ADOPTION, None, END)
    assert (everyone.reached, everyone.people, everyone.immature) == (1602, 12_000, 0)
    rates = by_group(reaches(warehouse, *_by_trait("creation_source"), END))
    assert {group: round(100 * reached / people, 2) for group, (reached, people) in rates.items()} == {
        "GUEST_INVITE": 16.64,
        "ORG_INVITE": 13.0,
        "PERSONAL_PROJECTS": 7.77,
        "SIGNUP": 14.04,
        "SIGNUP_GOOGLE_AUTH": 16.75,
    }
    warehouse.close()
    program = compile_program(ADOPTION)
    live = {}
    for person, log in group_by_person(real.events(table)).items():
        profile = fold(program, person, log, END)
        if profile is not None and (instant := view(program, profile, END).milestones["adopted"]) is not None:
            live[person] = instant
    assert live == adopted


def _by_trait(name: str) -> tuple[Definitions, c.TraitOf]:
    """The definitions of adoption, looking at a trait too."""
    trait = c.TraitOf((name,))
    looking = defined({"login_days": s.Peak(s.Days(LOGIN), 7 * DAY)}, {"adopted": at_least("login_days", 3)},
                      segments={"it": c.Missing(trait)})  # fmt: skip
    return looking, trait


@pytest.fixture(scope="module")
def oulad(data: Path) -> Iterator[Warehouse]:
    """All enrolments of 2013 and their 4,875,652 click rows."""
    warehouse = open_warehouse(tail=real.log(real.OULAD, data / "oulad_2013"))
    yield warehouse
    warehouse.close()


def test_oulad_has_5727_activated_and_5301_of_them_stay(oulad: Warehouse) -> None:
    assert oulad.connection.execute("SELECT count(*) FROM log WHERE name = 'click'").fetchall() == [(4_875_652,)]
    states = oulad.states_arrow(COURSES, END)
    active, retained, eligible = (
        states.column(segment_column(COURSES, name)) for name in ("active", "retained", "signed_up")
    )
    assert pc.sum(eligible).as_py() == 12_233
    assert pc.sum(active).as_py() == 5727
    assert pc.sum(pc.and_(active, retained)).as_py() == 5301
    assert pc.sum(pc.and_(pc.invert(active), retained)).as_py() == 4074


def test_oulad_by_course(oulad: Warehouse) -> None:
    trait = c.TraitOf(("course",))
    looking = defined(
        {"first_week": s.Days(CLICK, s.InFirst(7 * DAY))},
        {"activated": (at_least("first_week", 3), 7 * DAY)},
        segments={"it": c.Missing(trait)},
    )
    assert by_group(reaches(oulad, looking, trait, END)) == real.BY_COURSE


def test_a_sample_of_oulad_by_the_live_evaluator(oulad: Warehouse) -> None:
    chosen = "hash(user_id) % 60 = 0"
    rows = oulad.connection.execute(
        f'SELECT message_id, kind, name, instant AS "at", user_id FROM log WHERE {chosen}'
    ).to_arrow_table()
    program = compile_program(COURSES)
    found = oulad.states(COURSES, END)
    logs = group_by_person(real.events(rows))
    assert len(logs) > 150
    for person, log in logs.items():
        profile = fold(program, person, log, END)
        assert profile is not None
        state = view(program, profile, END)
        assert (state.signals, state.milestones, state.segments) == (
            found[person].signals,
            found[person].milestones,
            found[person].segments,
        )
