"""Pages that a step may appear on. Who is in a journey and what comes next is told in `test_decide`."""

import pytest

from tests.engine.stands import NOON, Person, define
from waypost.engine.routes import on_page, page_pattern
from waypost.model.conditions import Always
from waypost.model.journeys import Journey
from waypost.model.steps import Step


@pytest.mark.parametrize(
    ("glob", "page", "fits"),
    [
        ("/projects*", "/projects", True),
        ("/projects*", "/projects/7/edit", True),
        ("/projects*", "/project", False),
        ("/projects", "/projects/7", False),
        ("/projects/*/edit", "/projects/7/edit", True),
        ("/projects", "/projects?tab=all#top", True),
        ("/projects", "https://app.acme.example/projects?tab=all", True),
        ("https://app.acme.example/*", "https://app.acme.example/projects", True),
        ("/", "https://app.acme.example", True),
        ("/search?q=*", "/search?q=a", True),
        ("/search?q=*", "/searchXq=a", False),
        ("/a.b", "/axb", False),
        ("*", "", True),
        ("/Projects", "/projects", False),
        ("settings", "settings", True),
    ],
)
def test_pages(glob: str, page: str, fits: bool) -> None:
    assert on_page(page_pattern(glob), page) is fits


def test_a_journey_for_everybody_and_a_step_that_always_may_need_no_spell() -> None:
    step = Step("tip", "tip", show_when=Always(True))
    ada = Person(define(step, journey=Journey("all", ("tip",), Always(True))))
    ada.true.clear()
    assert ada.offered() == ["tip"]
    never = Step("tip", "tip", show_when=Always(False))
    ada = Person(define(never, journey=Journey("all", ("tip",), Always(True))), at=NOON)
    assert ada.verdict("tip").reason == "show_when"
