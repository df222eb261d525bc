"""The OpenAPI document: written from the router's own tables, and true of what schemathesis sends."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.http.doors import Client, Keys
from waypost.http.app import TABLE, App
from waypost.http.openapi import document
from waypost.http.routes import Route

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]


def test_it_describes_every_route_and_no_other(client: Client) -> None:
    told = client.get("/schema").json()
    assert told["openapi"] == "3.1.0"
    described = {(method.upper(), path) for path, methods in told["paths"].items() for method in methods}
    assert described == {(route.method, route.path) for route in TABLE.routes}
    operations = [methods[method]["operationId"] for methods in told["paths"].values() for method in methods]
    assert len(set(operations)) == len(operations)


@pytest.mark.parametrize("route", TABLE.routes, ids=lambda route: f"{route.method} {route.path}")
def test_whatever_is_sent_is_answered_as_described(app: App, keys: Keys, route: Route) -> None:
    told = schemathesis.openapi.from_dict(document(TABLE.routes))
    told.app = app
    operation = told[route.path][route.method]

    @settings(max_examples=12, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(), st.sampled_from([keys.write, keys.read, "unknown"]))
    def send(case: schemathesis.Case[Any], key: str) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)

    send()
