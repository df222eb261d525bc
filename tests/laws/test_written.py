"""Law: definitions read from a file mean what the values mean that the file was written from."""

import pytest

from tests.laws import oracle, texts, worlds
from tests.laws.rules import ZONES
from waypost.definitions.load import load


@pytest.mark.parametrize("block", worlds.BLOCKS)
def test_what_is_read_means_what_was_written(block: int) -> None:
    for world in worlds.block(block):
        written = texts.files(world.definitions)
        loaded = load(written, ZONES)
        errors = [issue for issue in loaded.issues if issue.level == "error"]
        assert loaded.definitions is not None, (errors, written)
        for at in world.asked:
            read = oracle.states(loaded.definitions, world.events, at, world.undos)
            meant = oracle.states(world.definitions, world.events, at, world.undos)
            assert read == meant, (at, written)


def test_the_hash_is_of_the_content_and_not_of_the_layout() -> None:
    for seed in range(10):
        written = texts.files(worlds.seeded(seed).definitions)
        spaced = {name: text.replace("\n", "\n\n").replace(": ", ":   ") for name, text in written.items()}
        one, other = load(written, ZONES).definitions, load(spaced, ZONES).definitions
        assert one is not None
        assert other is not None
        assert one.hash == other.hash
