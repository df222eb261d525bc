"""One deterministic Hypothesis profile, and the real data sets beside the checkout."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("waypost", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("waypost")

PARTS_REQUIRED = bool(os.environ.get("WAYPOST_REQUIRE_PARTS"))


def missing(part: str) -> None:
    """Skip for want of a part; fail where every part is required (CI)."""
    if PARTS_REQUIRED:
        pytest.fail(f"{part} is missing, and WAYPOST_REQUIRE_PARTS is set")
    pytest.skip(f"{part} is missing")


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real data sets, `../shared/data`; tests that need it are skipped where it is absent."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data sets (../shared/data) are not beside this checkout")
    return folder
