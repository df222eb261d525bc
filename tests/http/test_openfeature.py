"""The unmodified OpenFeature SDK with its OFREP provider against a real server."""

from collections.abc import Iterator

import httpx
import pytest
from openfeature import api
from openfeature.client import OpenFeatureClient
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode
from openfeature.flag_evaluation import Reason

from tests.http.doors import Served, basic

ADA = EvaluationContext("ada", {"plan": "pro"})


@pytest.fixture
def client(server: Served) -> Iterator[OpenFeatureClient]:
    for number in range(2):
        body = {"userId": "ada", "event": "report_shared", "messageId": f"m{number}"}
        assert httpx.post(f"{server.url}/v1/track", json=body, headers=basic(server.keys.write)).status_code == 200
    api.set_provider(OFREPProvider(server.url, headers_factory=lambda: {"Authorization": f"Bearer {server.keys.read}"}))
    yield api.get_client()
    api.clear_providers()


def test_flags_arrive_with_their_types(client: OpenFeatureClient) -> None:
    assert client.get_string_value("stage", "?", ADA) == "active"
    assert client.get_boolean_value("segment.sharers", False, ADA) is True
    assert client.get_boolean_value("milestone.aha", True, ADA) is False  # she never signed up
    assert client.get_integer_value("step.share_report.rows", 0, ADA) == 3
    assert client.get_float_value("step.share_report.ratio", 0.0, ADA) == 1.5
    assert client.get_string_value("step.share_report.template", "?", ADA) == "blank"
    details = client.get_string_details("stage", "?", ADA)
    assert (details.reason, details.variant, details.error_code) == (Reason.TARGETING_MATCH, "active", None)


def test_what_goes_wrong_is_told_in_the_sdks_words(client: OpenFeatureClient) -> None:
    unknown = client.get_boolean_details("segment.nobody", True, ADA)
    assert (unknown.value, unknown.error_code) == (True, ErrorCode.FLAG_NOT_FOUND)
    assert client.get_boolean_details("stage", True, ADA).error_code == ErrorCode.TYPE_MISMATCH
    nobody = client.get_string_details("stage", "?", EvaluationContext())
    assert (nobody.value, nobody.error_code) == ("?", ErrorCode.TARGETING_KEY_MISSING)


def test_without_a_key_the_default_is_given(server: Served, client: OpenFeatureClient) -> None:
    api.set_provider(OFREPProvider(server.url))
    assert client.get_string_value("stage", "?", ADA) == "?"
