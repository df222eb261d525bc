"""Waypost inside a Python application: the same corridor without HTTP, for threads and for event loops.

    with waypost.open("onboarding/") as w:
        w.track("ada", "signed_up", {"plan": "free"})
        w.next("ada", page="/projects")["steps"]

When a verb returns, what it told is on disk and every segment stands where it put it. A message that is not fit raises
`Problem` with what to do. Several processes may open one store; one of them, the first, evaluates wake-ups and sends.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime
from os import PathLike, environ
from pathlib import Path
from typing import Generic, Self, TypeVar

from waypost.model.problems import Problem
from waypost.model.time import write_instant
from waypost.model.values import Json
from waypost.runtime import arguments, lookup
from waypost.runtime.bundle import Runtime
from waypost.runtime.collect import Receipt, collect, collect_async
from waypost.runtime.decide import ask, ask_async
from waypost.runtime.settings import from_environment
from waypost.runtime.start import Channels, close, open_runtime
from waypost.runtime.worker import Worker

When = datetime | str | None
"""An instant: an aware datetime, an RFC 3339 text, or None for now."""

Properties = Mapping[str, Json]

R = TypeVar("R")


def open(  # noqa: A001 — `waypost.open(…)` is how it reads
    folder: str | PathLike[str], *, store: str | None = None, channels: Channels | None = None
) -> "Waypost":
    """An open Waypost over a project's folder; use it as a context, or `close` it.

    Args:
        folder: The folder with `waypost.yaml` at its root.
        store: Where the data are, such as `sqlite:///PATH`; None is as the environment says, else inside the folder.
        channels: How e-mail and webhooks leave, by channel; what has no channel is held.

    Raises:
        Problem: A store that cannot be opened, or definitions with mistakes.
    """
    settings = from_environment(environ, Path(folder), store=store)
    return Waypost(open_runtime(settings, channels=channels))


def open_async(
    folder: str | PathLike[str], *, store: str | None = None, channels: Channels | None = None
) -> "AsyncWaypost":
    """The same for an event loop: `async with waypost.open_async("onboarding/") as w: await w.track(…)`."""
    return AsyncWaypost(folder, store, channels)


class Verbs(ABC, Generic[R]):
    """What is told of people, as messages. `R` is a receipt, or one to be awaited."""

    @abstractmethod
    def send(self, messages: Sequence[Json]) -> R:
        """Take messages of Segment's tracking API in one commit.

        Raises:
            Problem: The first message that was not fit; the others are taken all the same.
        """

    def track(
        self,
        user_id: str | None,
        event: str,
        properties: Properties | None = None,
        *,
        anonymous_id: str | None = None,
        at: When = None,
        message_id: str | None = None,
    ) -> R:
        """Somebody did something."""
        said = _message("track", user_id, anonymous_id, at, message_id, event=event, properties=properties)
        return self.send([said])

    def identify(
        self,
        user_id: str,
        traits: Properties | None = None,
        *,
        anonymous_id: str | None = None,
        at: When = None,
        message_id: str | None = None,
    ) -> R:
        """Something is known of somebody; with `anonymous_id`, that visitor is this user."""
        return self.send([_message("identify", user_id, anonymous_id, at, message_id, traits=traits)])

    def page(
        self,
        user_id: str | None,
        name: str | None = None,
        properties: Properties | None = None,
        *,
        anonymous_id: str | None = None,
        at: When = None,
        message_id: str | None = None,
    ) -> R:
        """Somebody looked at a page."""
        return self.send([_message("page", user_id, anonymous_id, at, message_id, name=name, properties=properties)])

    def screen(
        self,
        user_id: str | None,
        name: str | None = None,
        properties: Properties | None = None,
        *,
        anonymous_id: str | None = None,
        at: When = None,
        message_id: str | None = None,
    ) -> R:
        """Somebody looked at a screen of an app."""
        return self.send([_message("screen", user_id, anonymous_id, at, message_id, name=name, properties=properties)])

    def group(
        self,
        user_id: str | None,
        group_id: str,
        traits: Properties | None = None,
        *,
        anonymous_id: str | None = None,
        at: When = None,
        message_id: str | None = None,
    ) -> R:
        """Somebody belongs to a group, such as a company."""
        return self.send([_message("group", user_id, anonymous_id, at, message_id, groupId=group_id, traits=traits)])

    def alias(self, previous_id: str, user_id: str, *, at: When = None, message_id: str | None = None) -> R:
        """Two ids are one person: what `previous_id` did is `user_id`'s."""
        return self.send([_message("alias", user_id, None, at, message_id, previousId=previous_id)])


class Waypost(Verbs[Receipt]):
    """An open Waypost. Its verbs may be called from many threads at once; what waits together shares a commit."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._worker = Worker(runtime)
        self._is_open = True
        if runtime.is_host:
            self._worker.start()

    @property
    def runtime(self) -> Runtime:
        """What works underneath.

        Raises:
            Problem: `closed` after `close`, `forked` in a child of the process that opened it.
        """
        if not self._is_open:
            raise Problem("closed", "this Waypost is closed", "open it again")
        self._runtime.commits.check()
        return self._runtime

    def __enter__(self) -> Self:
        _ = self.runtime  # a closed one is not entered
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Finish what was begun, write everything down, and give the store back; in a forked child do nothing."""
        if self._is_open:
            self._is_open = False
            if not self._runtime.commits.is_forked:
                self._worker.stop()
                close(self._runtime)

    def send(self, messages: Sequence[Json]) -> Receipt:
        """Take messages of Segment's tracking API in one commit; the first that is not fit raises its `Problem`."""
        return _checked(collect(self.runtime, arguments.messages(messages), origin="in process", verified=True))

    def next(
        self,
        user_id: str | None = None,
        *,
        anonymous_id: str | None = None,
        page: str | None = None,
        slots: int | None = None,
        locale: str | None = None,
    ) -> Mapping[str, Json]:
        """What this person should see next, and why: the answer of `POST /v1/next`."""
        who = arguments.who(user_id, anonymous_id)
        page, locale = arguments.text("page", page, 2_000), arguments.text("locale", locale, 40)
        return ask(self.runtime, who, page=page, slots=arguments.number("slots", slots), locale=locale).body

    def person(self, who: str, *, as_of: When = None) -> Mapping[str, Json]:
        """One person by any of their ids: signals, stage, segments, milestones, traits, timeline."""
        return lookup.person(self.runtime, arguments.one_id("who", who), arguments.instant(as_of))

    def explain(self, who: str, step: str, *, as_of: When = None) -> Mapping[str, Json]:
        """Why this person does or does not get a step, and what would change it."""
        return lookup.explain(self.runtime, arguments.one_id("who", who), step, arguments.instant(as_of))


class AsyncWaypost(Verbs[Awaitable[Receipt]]):
    """`Waypost` for an event loop: the same verbs, awaited. It opens when it is entered with `async with`."""

    def __init__(self, folder: str | PathLike[str], store: str | None = None, channels: Channels | None = None) -> None:
        self._folder, self._store, self._channels = folder, store, channels
        self._inner: Waypost | None = None

    async def __aenter__(self) -> Self:
        if self._inner is not None and self._inner._is_open:
            raise Problem("open", "this Waypost is open already", "enter it once, or open another one")
        self._inner = await asyncio.to_thread(open, self._folder, store=self._store, channels=self._channels)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def runtime(self) -> Runtime:
        """The open Waypost underneath.

        Raises:
            Problem: `closed` where it was not entered.
        """
        if self._inner is None:
            raise Problem("closed", "this Waypost is not open", "enter it: async with waypost.open_async(…) as w")
        return self._inner.runtime

    async def close(self) -> None:
        """Finish what was begun, write everything down, and give the store back."""
        if self._inner is not None:
            await asyncio.to_thread(self._inner.close)

    async def send(self, messages: Sequence[Json]) -> Receipt:
        """Take messages of Segment's tracking API in one commit; the first that is not fit raises its `Problem`."""
        return _checked(
            await collect_async(self.runtime, arguments.messages(messages), origin="in process", verified=True)
        )

    async def next(
        self,
        user_id: str | None = None,
        *,
        anonymous_id: str | None = None,
        page: str | None = None,
        slots: int | None = None,
        locale: str | None = None,
    ) -> Mapping[str, Json]:
        """What this person should see next, and why: the answer of `POST /v1/next`."""
        who = arguments.who(user_id, anonymous_id)
        page, locale = arguments.text("page", page, 2_000), arguments.text("locale", locale, 40)
        slots = arguments.number("slots", slots)
        return (await ask_async(self.runtime, who, page=page, slots=slots, locale=locale)).body

    async def person(self, who: str, *, as_of: When = None) -> Mapping[str, Json]:
        """One person by any of their ids: signals, stage, segments, milestones, traits, timeline."""
        return await asyncio.to_thread(
            lookup.person, self.runtime, arguments.one_id("who", who), arguments.instant(as_of)
        )

    async def explain(self, who: str, step: str, *, as_of: When = None) -> Mapping[str, Json]:
        """Why this person does or does not get a step, and what would change it."""
        return await asyncio.to_thread(
            lookup.explain, self.runtime, arguments.one_id("who", who), step, arguments.instant(as_of)
        )


def _message(
    kind: str,
    user_id: str | None,
    anonymous_id: str | None,
    at: When,
    message_id: str | None,
    **said: Json,
) -> Json:
    instant = arguments.instant(at)
    message: dict[str, Json] = {
        "type": kind,
        "userId": user_id,
        "anonymousId": anonymous_id,
        "timestamp": None if instant is None else write_instant(instant),
        "messageId": message_id,
    }
    return message | said


def _checked(receipt: Receipt) -> Receipt:
    if receipt.refused:
        first = receipt.refused[0]
        raise Problem(first.code, first.message)
    return receipt
