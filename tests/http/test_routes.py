"""Routes: found by path, the longer ones first."""

import pytest

from waypost.http.answers import Answer
from waypost.http.calls import Call
from waypost.http.routes import Route, Table


async def nothing(_: Call) -> Answer:
    return Answer(204)


PATHS = (
    "/v1/people",
    "/v1/people/{id}",
    "/v1/people/{id}/explain",
    "/v1/pixel/{method}",
    "/v1/projects/{key}/settings",
)
TABLE = Table([Route("GET", path, nothing, path) for path in PATHS] + [Route("POST", "/v1/people", nothing, "post")])


@pytest.mark.parametrize(
    ("path", "found", "tail"),
    [
        ("/v1/people", "/v1/people", ""),
        ("/v1/people/", "/v1/people", ""),
        ("/v1/people/ada", "/v1/people/{id}", "ada"),
        ("/v1/people/a/b", "/v1/people/{id}", "a/b"),
        ("/v1/people/ada/explain", "/v1/people/{id}/explain", "ada"),
        ("/v1/people/explain", "/v1/people/{id}", "explain"),
        ("/v1/projects/KEY/settings", "/v1/projects/{key}/settings", "KEY"),
        ("/v1/projects/settings", None, ""),
        ("/", None, ""),
        ("//", None, ""),
        ("", None, ""),
        ("/v1", None, ""),
    ],
)
def test_a_path_finds_its_route(path: str, found: str | None, tail: str) -> None:
    methods, parameter = TABLE.find(path)
    assert (methods["GET"].path if methods else None, parameter) == (found, tail)


def test_one_path_may_take_several_methods() -> None:
    assert set(TABLE.find("/v1/people")[0]) == {"GET", "POST"}
