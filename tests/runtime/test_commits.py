"""Group commit: who waits together shares a transaction, and nobody fails for another's fault."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from waypost.model.problems import Problem
from waypost.runtime.commits import BRIEF, Commits, Work
from waypost.runtime.stores.database import StoreUnavailable

FIRST = 1_000
"""The number that is on the desk while the others gather."""


class Number(Work[int]):
    """Comes back doubled."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number


class Heavy(Number):
    """Takes as long as it says."""

    @property
    def size(self) -> int:
        return self.number


class Hasty(Number):
    """Is in a hurry."""

    hurried = True


class Desk:
    """Does the work, and remembers in which groups it came."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.entered = threading.Event()
        self.free = threading.Event()
        self.free.set()
        self.wrong: Callable[[list[int]], BaseException | None] = lambda group: None

    def do(self, group: Sequence[Work[Any]]) -> None:
        self.entered.set()
        self.free.wait(60)
        numbers = [work.number for work in group if isinstance(work, Number)]
        self.groups.append(numbers)
        error = self.wrong(numbers)
        if error is not None:
            raise error
        for work in group:
            if isinstance(work, Number):
                work.value = work.number * 2


def together(commits: Commits, desk: Desk, numbers: Sequence[int]) -> list[int | BaseException]:
    """Hand in numbers from as many threads while the desk is busy with another; what each got."""
    found: dict[int, int | BaseException] = {}

    def one(number: int) -> None:
        try:
            found[number] = commits.wait(Number(number))
        except BaseException as error:
            found[number] = error

    desk.free.clear()
    first = threading.Thread(target=one, args=(FIRST,))
    first.start()
    assert desk.entered.wait(60)
    threads = [threading.Thread(target=one, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    while commits.waiting < len(numbers):
        first.join(0.01)
    desk.free.set()
    for thread in (first, *threads):
        thread.join()
    return [found[number] for number in numbers]


def test_who_waits_together_shares_a_transaction() -> None:
    desk = Desk()
    commits = Commits(desk.do, lambda: False)
    assert together(commits, desk, range(20)) == [number * 2 for number in range(20)]
    assert [len(group) for group in desk.groups] == [1, 20]
    commits.close()


def test_only_who_is_at_fault_fails() -> None:
    desk = Desk()
    desk.wrong = lambda group: ZeroDivisionError() if 7 in group else None
    commits = Commits(desk.do, lambda: False)
    found = together(commits, desk, range(1, 10))
    assert isinstance(found.pop(6), ZeroDivisionError)
    assert found == [number * 2 for number in range(1, 10) if number != 7]
    commits.close()


def test_where_the_store_takes_no_write_all_hear_of_it_at_once() -> None:
    desk = Desk()
    desk.wrong = lambda group: StoreUnavailable("full", "the disk is full")
    commits = Commits(desk.do, lambda: False)
    assert all(isinstance(one, StoreUnavailable) for one in together(commits, desk, range(10)))
    assert [len(group) for group in desk.groups] == [1, 10]
    desk.wrong = lambda group: None
    assert commits.wait(Number(4)) == 8
    commits.close()


def test_tasks_wait_without_holding_their_loop() -> None:
    desk = Desk()
    commits = Commits(desk.do, lambda: False)

    async def ask() -> list[int]:
        return await asyncio.gather(*(commits.wait_async(Number(number)) for number in range(50)))

    assert asyncio.run(ask()) == [number * 2 for number in range(50)]

    async def fails() -> None:
        desk.wrong = lambda group: ZeroDivisionError()
        with pytest.raises(ZeroDivisionError):
            await commits.wait_async(Number(1))

    asyncio.run(fails())
    commits.close()


def test_a_task_that_gave_up_disturbs_nobody() -> None:
    desk = Desk()
    commits = Commits(desk.do, lambda: False)

    async def give_up() -> int:
        desk.free.clear()
        gone = asyncio.ensure_future(commits.wait_async(Number(1)))
        await asyncio.sleep(0.01)
        gone.cancel()
        desk.free.set()
        return await commits.wait_async(Number(2))

    assert asyncio.run(give_up()) == 4
    commits.close()


def test_a_pause_is_used_and_its_failure_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("waypost.runtime.commits.PAUSE", 0.01)
    desk, used = Desk(), threading.Event()

    def idle() -> bool:
        used.set()
        raise ZeroDivisionError

    commits = Commits(desk.do, idle)
    assert used.wait(10)
    assert commits.wait(Number(3)) == 6
    commits.close()
    with pytest.raises(Problem, match="closed"):
        commits.wait(Number(1))


def queued(commits: Commits, desk: Desk, *works: Number) -> list[int]:
    """Hand in work in this order while the desk is busy with another; what each got."""

    async def each() -> list[int]:
        desk.free.clear()
        first = asyncio.ensure_future(commits.wait_async(Number(FIRST)))
        await asyncio.get_running_loop().run_in_executor(None, desk.entered.wait, 60)
        waiting = [asyncio.ensure_future(commits.wait_async(work)) for work in works]
        await asyncio.sleep(0)
        desk.free.set()
        await first
        return await asyncio.gather(*waiting)

    found = asyncio.run(each())
    commits.close()
    return found


def test_who_is_in_a_hurry_goes_first() -> None:
    desk = Desk()
    commits = Commits(desk.do, lambda: False)
    assert queued(commits, desk, Number(1), Number(2), Hasty(3), Hasty(4)) == [2, 4, 6, 8]
    assert desk.groups == [[FIRST], [3, 4], [1, 2]]


def test_who_is_in_a_hurry_does_not_keep_the_others_waiting() -> None:
    desk = Desk()
    commits = Commits(desk.do, lambda: False, largest=2)
    assert queued(commits, desk, Number(1), *map(Hasty, range(2, 8)), Number(8)) == list(range(2, 17, 2))
    assert desk.groups == [[FIRST], [2, 3], [1, 8], [4, 5], [6, 7]]


def test_transactions_are_short_while_somebody_is_in_a_hurry() -> None:
    desk = Desk()
    commits = Commits(desk.do, lambda: False)
    queued(commits, desk, Hasty(1), Heavy(BRIEF + 1), Heavy(BRIEF - 1), Number(1), Number(2))
    assert desk.groups == [[FIRST], [1], [BRIEF + 1], [BRIEF - 1, 1], [2]]


def test_who_comes_late_in_a_hurry_joins_the_transaction_under_way() -> None:
    desk = Desk()
    late: list[list[Work[Any]]] = []

    def do(group: Sequence[Work[Any]]) -> None:
        desk.do(group)
        late.append(commits.late())
        desk.do(late[-1])

    commits = Commits(do, lambda: False)
    hasty = [Hasty(2), Hasty(3)]
    assert queued(commits, desk, *hasty, Number(4)) == [4, 6, 8]
    assert late == [hasty, []]
    assert desk.groups == [[FIRST], [2, 3], [4], []]


def test_who_joined_does_not_fail_for_another_s_fault() -> None:
    desk = Desk()

    def do(group: Sequence[Work[Any]]) -> None:
        desk.do([*group, *commits.late()])

    desk.wrong = lambda group: ZeroDivisionError() if FIRST in group else None
    commits = Commits(do, lambda: False)

    async def both() -> Sequence[int | BaseException]:
        desk.free.clear()
        first = asyncio.ensure_future(commits.wait_async(Number(FIRST)))
        await asyncio.get_running_loop().run_in_executor(None, desk.entered.wait, 60)
        joining = asyncio.ensure_future(commits.wait_async(Hasty(2)))
        await asyncio.sleep(0)
        desk.free.set()
        return await asyncio.gather(first, joining, return_exceptions=True)

    first, joined = asyncio.run(both())
    assert isinstance(first, ZeroDivisionError)
    assert joined == 4
    commits.close()
