"""Charts are made once for each definition set."""

from dataclasses import replace

from tests.engine.stands import WELCOME, define, journey
from waypost.engine.charts import chart_of
from waypost.model.steps import Step


def test_one_chart_for_one_set() -> None:
    definitions = define(Step("tip", "tip"))
    assert chart_of(definitions) is chart_of(definitions)
    assert chart_of(replace(definitions)) is not chart_of(definitions)


def test_the_pushes_of_journeys() -> None:
    steps = (
        Step("tip", "tip"),
        Step("mail", "email", send_when=WELCOME),
        Step("hook", "webhook"),
        Step("off", "email"),
    )
    definitions = define(*steps, journey=journey("tip", "mail", "hook"))
    assert chart_of(definitions).pushes == (("mail", "step.mail.send_when"), ("hook", None))
    assert [[route.name for route in path.routes] for path in chart_of(definitions).paths] == [["tip", "mail", "hook"]]
