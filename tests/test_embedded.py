"""Waypost inside an application, for threads and for event loops."""

import asyncio
import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

import waypost
from tests.runtime.rooms import HARBOUR
from waypost.model.time import parse_instant


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "onboarding"
    shutil.copytree(HARBOUR, place)
    return place


def test_what_was_told_is_read_back_at_once(folder: Path) -> None:
    with waypost.open(folder) as w:
        assert w.track(None, "signed_up", {"plan": "free"}, anonymous_id="phone-1").accepted == 1
        w.identify("ada", {"email": "ada@example.com"}, anonymous_id="phone-1")
        w.page("ada", "Home")
        w.screen("ada", "Home")
        w.group("ada", "acme", {"name": "Acme"})
        w.track("ada", "workspace_created")
        assert w.next("ada")["stage"] == "builder"
        assert w.next(anonymous_id="phone-1")["person"] == "ada"
        w.alias("ada", "ada@new")
        assert w.person("ada@example.com")["person"] == "ada@new"
        assert w.explain("ada", "connect_source")["step"] == "connect_source"
    with waypost.open(folder) as w:
        assert w.person("ada")["stage"] == "builder"


def test_instants_are_aware_datetimes_or_texts(folder: Path) -> None:
    with waypost.open(folder, store="sqlite://") as w:
        w.track("ada", "signed_up", at=datetime(2026, 1, 5, 9, tzinfo=UTC))
        w.track("ada", "login", at="2026-01-06T09:00:00Z", message_id="m1")
        assert w.track("ada", "login", at="2026-01-06T09:00:00Z", message_id="m1").duplicates == 1
        assert w.person("ada", as_of="2026-01-05T10:00:00Z")["signup"] == "2026-01-05T09:00:00Z"
        for wrong in (datetime(2026, 1, 5, 9), "yesterday"):  # noqa: DTZ001
            with pytest.raises(waypost.Problem, match=r"time zone|is no instant"):
                w.track("ada", "login", at=wrong)


def test_what_is_not_fit_says_so(folder: Path) -> None:
    with waypost.open(folder, store="sqlite://") as w:
        with pytest.raises(waypost.Problem, match="broken clients send for everybody"):
            w.track("null", "login")
        with pytest.raises(waypost.Problem, match="nobody is named"):
            w.next()
        with pytest.raises(waypost.Problem, match="nobody here has the id"):
            w.person("zed")
    with pytest.raises(waypost.Problem, match="closed"):
        w.track("ada", "login")
    with pytest.raises(waypost.Problem, match=r"no waypost\.yaml"):
        waypost.open(folder / "nowhere")
    assert not (folder / "nowhere").exists()


def test_many_threads_share_it(folder: Path) -> None:
    with waypost.open(folder) as w:

        def work(thread: int) -> None:
            for number in range(20):
                w.track(f"user-{number % 5}", "login", message_id=f"{thread}-{number}")

        threads = [threading.Thread(target=work, args=(place,)) for place in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        timeline = w.person("user-1")["timeline"]
        assert isinstance(timeline, list)
        assert sum(line["kind"] == "track" for line in timeline) == 32


def test_the_same_for_an_event_loop(folder: Path) -> None:
    async def live() -> None:
        async with waypost.open_async(folder) as w:
            receipts = await asyncio.gather(*(w.track("ada", "login", message_id=f"m{n % 15}") for n in range(30)))
            assert sum(receipt.accepted for receipt in receipts) == 15
            assert (await w.next("ada"))["person"] == "ada"
            assert (await w.person("ada"))["person"] == "ada"
            assert (await w.explain("ada", "connect_source"))["offered"] is False
            with pytest.raises(waypost.Problem):
                await w.track("", "login")
        with pytest.raises(waypost.Problem, match="closed"):
            await w.track("ada", "login")

    asyncio.run(live())


def test_two_processes_may_share_a_store_and_see_each_other(folder: Path) -> None:
    with waypost.open(folder) as one, waypost.open(folder) as other:
        one.track("ada", "signed_up")
        other.track("ada", "workspace_created")
        assert one.next("ada")["stage"] == other.next("ada")["stage"] == "builder"
        assert parse_instant(str(one.next("ada")["at"])) is not None
