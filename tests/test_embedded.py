"""Waypost inside an application, for threads and for event loops."""

import asyncio
import os
import shutil
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

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


def in_a_child(work: Callable[[], object]) -> str:
    """What the work comes to in a forked child of this process, which is ended where it hangs."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(30)
        try:
            said = f"gave {type(work()).__name__}"
        except waypost.Problem as problem:
            said = problem.code
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_is_told_to_open_its_own(folder: Path) -> None:
    with waypost.open(folder) as w:
        w.track("ada", "signed_up")
        for verb in (
            lambda: w.track("ada", "login"),
            lambda: w.next("ada"),
            lambda: w.person("ada"),
            lambda: w.explain("ada", "connect_source"),
        ):
            assert in_a_child(verb) == "forked"
        assert in_a_child(w.close) == "gave NoneType"
        assert in_a_child(lambda: waypost.open(folder).track("ben", "signed_up")) == "gave Receipt"
        assert w.next("ben")["person"] == "ben"
        assert w.track("ada", "login").accepted == 1


def test_a_closed_one_says_so_whatever_it_is_asked(folder: Path) -> None:
    w = waypost.open(folder, store="sqlite://")
    w.close()
    w.close()
    for verb in (lambda: w.next("ada"), lambda: w.person("ada"), lambda: w.send([]), w.__enter__):
        with pytest.raises(waypost.Problem, match="closed"):
            verb()


def test_an_async_one_is_entered_once_at_a_time(folder: Path) -> None:
    async def twice() -> None:
        w = waypost.open_async(folder, store="sqlite://")
        async with w:
            with pytest.raises(waypost.Problem, match="open already"):
                await w.__aenter__()
        async with w:
            assert (await w.track("ada", "login")).accepted == 1

    asyncio.run(twice())


def test_an_id_that_is_a_whole_number_is_its_digits_everywhere(folder: Path) -> None:
    number = cast(str, 7)  # what an application's own ids often are
    with waypost.open(folder, store="sqlite://") as w:
        w.track(number, "signed_up")
        assert w.next(number)["person"] == w.person(number)["person"] == "7"
