"""Copy: Liquid by locale."""

import pytest

from tests.definitions.reading import definitions, only


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Hi {{ trait.name", "found end of file"),
        ("Hi {{ trait.name | upcas }}", "no filter `upcas`"),
        ("{% if trait.x %}yes", "endif"),
        ("{% nonsense %}", "nonsense"),
        ("{% include 'other' %}", "another template"),
        ("Hi {{ traits.name }}", "nothing named `traits`"),
        ("{{ signal.n }}", "no signal is named `n`"),
    ],
)
def test_what_is_not_liquid_is_told(text: str, says: str) -> None:
    issue = only(f'steps:\n  s: {{channel: tip, copy: {{en: {{title: "{text}"}}}}}}')
    assert issue.line == 3
    assert issue.code in {"liquid", "unknown-variable", "unknown-signal"}
    assert says in issue.message


def test_the_place_inside_a_long_text_is_told() -> None:
    issue = only(
        "steps:\n  s:\n    channel: tip\n    copy:\n      en:\n        body: |\n          Fine.\n          {% nope %}\n"
    )
    assert (issue.line, issue.column) == (9, 14)


def test_names_of_liquids_own_are_no_variables() -> None:
    text = (
        "{% for tag in trait.tags %}{{ forloop.index }} {{ tag | upcase }}{% endfor %}{% assign n = signal.n %}{{ n }}"
    )
    steps = f'steps: {{s: {{channel: tip, copy: {{en: {{title: "{text}"}}}}}}}}'
    found = definitions("signals: {n: {count: x}}\n" + steps)
    assert found.steps["s"].copy["en"]["title"] == text


def test_the_fallback_is_the_projects_own_locale() -> None:
    assert definitions("locale: de\nsteps: {s: {channel: tip, copy: {de: {title: Hallo}}}}").locale == "de"
    assert only("locale: de\nsteps: {s: {channel: tip, copy: {en: {title: Hi}}}}").code == "missing-locale"
