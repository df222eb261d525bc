"""Opening and closing: one host, guests beside it, what is written, what is found again, and what is refused."""

import shutil
from pathlib import Path

import pytest

from tests.runtime.rooms import MAILING, afresh, arrive, everyone
from waypost.model.events import Event
from waypost.model.people import PersonId
from waypost.model.problems import Problem
from waypost.model.time import DAY, HOUR, MINUTE, Instant, parse_instant
from waypost.runtime import lookup, writing
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock, SystemClock
from waypost.runtime.definitions import apply_files, definition_set, set_paused
from waypost.runtime.folder import InvalidDefinitions, load_files, read_folder
from waypost.runtime.settings import Settings, from_environment
from waypost.runtime.start import close, open_runtime
from waypost.runtime.stores import people as store
from waypost.runtime.stores import seen
from waypost.runtime.stores.database import StoreRefused, StoreUnavailable
from waypost.runtime.stores.history import arrow
from waypost.runtime.stores.sqlite import Sqlite
from waypost.runtime.transactions import Question, idle
from waypost.runtime.worker import run_due

NOON: Instant = parse_instant("2026-01-05T12:00:00Z") or 0


def at(tmp_path: Path, clock: HandClock | None = None, *, host: bool = False) -> Runtime:
    return open_runtime(Settings(MAILING, store=f"sqlite:///{tmp_path}/store.db"), clock or HandClock(NOON), host=host)


def event(name: str, who: str, when: Instant = NOON) -> Event:
    return Event(f"{name}-{who}-{when}", "track", name, when, who, None, {}, "web", when)


def sound(runtime: Runtime) -> None:
    now = runtime.clock.now()
    assert everyone(runtime, now + DAY) == afresh(runtime, now + DAY)


def test_a_second_server_is_refused_and_says_who_has_it(tmp_path: Path) -> None:
    first = at(tmp_path, host=True)
    with pytest.raises(StoreRefused, match="in use by another server") as raised:
        at(tmp_path, host=True)
    assert raised.value.code == "store_in_use"
    close(first)
    close(at(tmp_path, host=True))


def test_a_guest_writes_beside_the_host_and_both_see_all(tmp_path: Path) -> None:
    clock = HandClock(NOON + 1)
    host, guest = at(tmp_path, clock, host=True), at(tmp_path, clock)
    assert (host.is_host, guest.is_host) == (True, False)
    arrive(host, [event("signed_up", "ada"), event("looked", "ben")])
    arrive(guest, [event("shared", "ada", NOON + 1), event("looked", "ben")])
    assert lookup.person(host, "ada")["stage"] == lookup.person(guest, "ada")["stage"] == "sharer"
    link = Event("m", "identify", "", NOON + 1, "cy", "phone", {}, "web", NOON)
    arrive(host, [Event("v", "track", "signed_up", NOON, None, "phone", {}, "web", NOON)])
    arrive(guest, [link])
    for runtime in (host, guest):
        sound(runtime)
        assert PersonId("a:phone") not in everyone(runtime, NOON + 1)
    close(guest)
    run_due(host)
    sound(host)
    close(host)


def test_what_was_written_is_found_again_without_folding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "RUN", 10)
    clock = HandClock(NOON + HOUR)
    runtime = at(tmp_path, clock)
    for place in range(50):
        arrive(runtime, [event(name, f"user-{place % 7}", NOON + place) for name in ("looked", "shared")])
    close(runtime)
    runtime = at(tmp_path, clock)
    assert runtime.timers.next() != clock.now(), "nobody has to be looked at again"
    assert runtime.log.register.snapshot_count == 7
    everyone(runtime, clock.now())
    assert runtime.profiles.unwritten == 0, "nobody was folded again"
    assert arrive(runtime, [event("looked", f"user-{place % 7}", NOON + place) for place in range(50)]) == 0
    sound(runtime)
    close(runtime)


def test_old_snapshots_are_swept_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("waypost.runtime.profiles.SPARE", 5)
    clock = HandClock(NOON + HOUR)
    runtime = at(tmp_path, clock)
    for place in range(40):
        arrive(runtime, [event("looked", f"user-{place % 3}", NOON + place)])
        while runtime.commits.wait(Question(lambda now: writing.write_behind(runtime))):
            pass
    first, last = store.snapshot_rows(runtime.database)
    assert last - first < 2 * 3 + 5
    sound(runtime)
    close(runtime)
    runtime = at(tmp_path, clock)
    sound(runtime)
    close(runtime)


def test_a_full_disk_fails_who_waits_and_the_runtime_lives_on(tmp_path: Path) -> None:
    runtime = at(tmp_path)
    arrive(runtime, [event("signed_up", "ada")])
    assert isinstance(runtime.database, Sqlite)
    runtime.database.limit_pages(80)
    big = Event("big", "track", "shared", NOON, "ada", None, {"text": "x" * 500_000}, "web", NOON)
    with pytest.raises(StoreUnavailable, match="full"):
        arrive(runtime, [event("shared", "ben"), big])
    assert lookup.person(runtime, "ada")["stage"] == "newcomer"
    with pytest.raises(Problem, match="nobody here"):
        lookup.person(runtime, "ben")
    runtime.database.limit_pages(100_000)
    assert arrive(runtime, [event("shared", "ben"), big]) == 2
    sound(runtime)
    while idle(runtime):
        pass
    close(runtime)


def test_on_a_full_disk_it_closes_all_the_same_and_loses_nothing(tmp_path: Path) -> None:
    runtime = at(tmp_path)
    arrive(runtime, [event("signed_up", f"user-{number}") for number in range(300)])
    assert isinstance(runtime.database, Sqlite)
    runtime.database.limit_pages(1)
    close(runtime)
    again = at(tmp_path)
    assert again.is_host
    sound(again)
    assert lookup.count_events(again) == 300
    close(again)


def test_the_first_definitions_are_live_and_later_ones_when_they_are_applied(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    shutil.copytree(MAILING, folder)
    clock = HandClock(NOON + 1)
    settings = Settings(folder)
    runtime = open_runtime(settings, clock)
    arrive(runtime, [event("signed_up", "ada"), event("shared", "ada", NOON + 1)])
    before = runtime.live.definitions.hash
    file = folder / "waypost.yaml"
    file.write_text(file.read_text().replace("when: shares >= 1, within", "when: shares >= 2, within"))
    close(runtime)

    runtime = open_runtime(settings, clock)
    assert runtime.live.definitions.hash == before
    assert lookup.person(runtime, "ada")["stage"] == "sharer"
    clock.advance(MINUTE)
    done = runtime.commits.wait(
        Question(lambda now: apply_files(runtime, read_folder(folder), "Twice is sharing.", now))
    )
    assert (done.changed, done.before, done.hash) == (True, before, runtime.live.definitions.hash)
    assert lookup.person(runtime, "ada")["stage"] == "newcomer"
    run_due(runtime)
    sound(runtime)
    again = runtime.commits.wait(Question(lambda now: apply_files(runtime, read_folder(folder), "Again.", now)))
    assert not again.changed
    assert definition_set(runtime.database, before).hash == before
    with pytest.raises(Problem, match="was ever live here"):
        definition_set(runtime.database, "0" * 64)
    close(runtime)

    runtime = open_runtime(settings, clock)
    assert runtime.live.definitions.hash == done.hash
    assert runtime.live.since == clock.now()
    sound(runtime)
    close(runtime)


def test_definitions_with_mistakes_are_not_applied(tmp_path: Path) -> None:
    with pytest.raises(InvalidDefinitions, match=r"waypost\.yaml") as raised:
        load_files({"waypost.yaml": "project: x\nsegments:\n  a: {when: nonsense > 1}\n  b: {when: more}\n"})
    assert len(raised.value.issues) >= 2
    with pytest.raises(Problem, match=r"no waypost\.yaml"):
        read_folder(tmp_path)


def test_an_application_that_is_not_kept_changes_nothing(tmp_path: Path) -> None:
    runtime = at(tmp_path)
    before = runtime.live.definitions.hash
    files = read_folder(MAILING)
    files["waypost.yaml"] = files["waypost.yaml"].replace("within: 7 days", "within: 8 days")

    def fails(now: Instant) -> None:
        apply_files(runtime, files, "Longer.", now)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        runtime.commits.wait(Question(fails))
    assert runtime.live.definitions.hash == before
    close(runtime)


def test_a_pause_outlives_the_process(tmp_path: Path) -> None:
    runtime = at(tmp_path)
    runtime.commits.wait(Question(lambda now: set_paused(runtime, True, now)))
    close(runtime)
    runtime = at(tmp_path)
    assert runtime.paused
    close(runtime)


def test_what_is_closed_says_so(tmp_path: Path) -> None:
    runtime = at(tmp_path)
    close(runtime)
    with pytest.raises(Problem, match="closed"):
        arrive(runtime, [event("looked", "ada")])


def test_settings_come_from_the_environment_from_files_and_from_options(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush\n")
    environment = {
        "WAYPOST_PORT": "81",
        "WAYPOST_SECRET_FILE": f"{tmp_path}/secret",
        "WAYPOST_URL": "https://w.example",
    }
    settings = from_environment(environment, tmp_path, port=None, url="http://here")
    assert (settings.port, settings.secret, settings.url) == (81, "hush", "http://here")
    assert settings.store_path == tmp_path / ".waypost" / "waypost.db"
    assert "hush" not in repr(settings)
    for wrong in ({"WAYPOST_PORT": "many"}, {"WAYPOST_SMTP_FILE": "/nowhere"}):
        with pytest.raises(Problem, match=r"WAYPOST_"):
            from_environment(wrong, tmp_path)


@pytest.mark.parametrize(
    ("store", "said"),
    [
        ("postgresql://db", "postgresql://…, which this release cannot open"),
        ("waypost.db", "no address of a store"),
        ("sqlite:///", "sqlite:///, which names no file"),
        ("sqlite:////", "sqlite:////, which names no file"),
        ("sqlite://waypost.db", "sqlite://waypost.db, which names no file"),
    ],
)
def test_a_store_is_named_by_a_file(tmp_path: Path, store: str, said: str) -> None:
    with pytest.raises(Problem, match=f"WAYPOST_STORE is {said}; write sqlite:///PATH"):
        _ = Settings(tmp_path, store=store).store_path


def test_a_store_where_none_can_be_kept_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreRefused, match=r"file/store\.db: File exists; check the path in WAYPOST_STORE"):
        open_runtime(Settings(MAILING, store=f"sqlite:///{tmp_path}/file/store.db"))


def test_the_machines_clock_goes_on_and_its_ids_differ() -> None:
    clock = SystemClock()
    assert clock.now() <= clock.now()
    assert clock.new_id() != clock.new_id()


def test_the_log_is_read_by_others_as_arrow(tmp_path: Path) -> None:
    runtime = at(tmp_path, HandClock(NOON + 1))
    arrive(runtime, [event("signed_up", "ada"), Event("v", "page", "page", NOON, None, "phone", {"a": 1}, "web", NOON)])
    table = arrow(runtime.database).read_all()
    assert table.column("user_id").to_pylist() == ["ada", None]
    assert table.column("anonymous_id").to_pylist() == [None, "phone"]
    assert table.column("properties").to_pylist() == ["{}", '{"a":1}']
    assert arrow(runtime.database, 2).read_all().num_rows == 0
    close(runtime)
