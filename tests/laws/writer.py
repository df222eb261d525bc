"""A process that writes through the corridor until it is killed, and says which messages were acknowledged.

    python -m tests.laws.writer STORE SEED

It does everything that a server does, only oftener: it writes behind, seals, compacts and trims all the time.
"""

import random
import sys
import threading
from collections.abc import Iterator

from tests.runtime.rooms import MAILING
from waypost.model.people import user
from waypost.model.values import Json
from waypost.runtime import profiles, writing
from waypost.runtime.bundle import Runtime
from waypost.runtime.channels import Message, Outcome, Sent
from waypost.runtime.collect import collect
from waypost.runtime.decide import ask
from waypost.runtime.settings import Settings
from waypost.runtime.start import open_runtime
from waypost.runtime.stores import seen
from waypost.runtime.transactions import Question
from waypost.runtime.worker import Worker
from waypost.runtime.writing import write_behind

PEOPLE = 40
SAYING = threading.Lock()


class Drain:
    """A channel that takes everything."""

    def deliver(self, message: Message) -> Outcome:
        return Sent()


def messages(chance: random.Random, run: str) -> Iterator[dict[str, Json]]:
    """What people do for ever: under user ids, devices, both, and now and then one id joined to another."""
    number = 0
    while True:
        number += 1
        who, device = f"user-{chance.randrange(PEOPLE)}", f"device-{chance.randrange(PEOPLE)}"
        message: dict[str, Json] = {"messageId": f"{run}-{number}", "type": "track"}
        match chance.randrange(12):
            case 0:
                message |= {"type": "identify", "userId": who, "anonymousId": device, "traits": {"n": number}}
            case 1 if chance.random() < 0.05:
                message |= {"type": "alias", "userId": who, "previousId": f"user-{chance.randrange(PEOPLE)}"}
            case 2 | 3:
                message |= {"anonymousId": device, "event": chance.choice(("looked", "shared"))}
            case _:
                message |= {"userId": who, "event": chance.choice(("signed_up", "looked", "looked", "shared"))}
        yield message


def send(runtime: Runtime, seed: int, thread: int, run: str) -> None:
    """Batches of any size, one after the other; each line on standard output is an acknowledged message id."""
    chance = random.Random(seed * 31 + thread)
    stream = messages(chance, f"{run}-{thread}")
    while True:
        batch = [next(stream) for _ in range(chance.randrange(1, 12))]
        collect(runtime, [*batch, batch[0]])
        with SAYING:
            print("\n".join(str(message["messageId"]) for message in batch), flush=True)
        if chance.random() < 0.3:
            ask(runtime, user(f"user-{chance.randrange(PEOPLE)}"))
        if chance.random() < 0.3:
            runtime.commits.wait(Question(lambda now: write_behind(runtime, 7)))


def main(store: str, seed: int, run: str) -> None:
    """Write until the end."""
    seen.RUN, writing.CHUNKS, profiles.SPARE = 200, 1, 20
    runtime = open_runtime(
        Settings(MAILING, store=store, hot_profiles=10), host=True, channels={"email": Drain(), "webhook": Drain()}
    )
    print("open", flush=True)
    with Worker(runtime):
        threads = [threading.Thread(target=send, args=(runtime, seed, place, run), daemon=True) for place in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
