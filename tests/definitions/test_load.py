"""The whole of a folder: the specification's example, and every mistake at once."""

from tests.definitions.folders import folder
from waypost.definitions.load import Loaded, load
from waypost.model.time import UTC_OFFSETS


def read(**files: str) -> Loaded:
    return load({name.replace("__", "/") + ".yaml": text for name, text in files.items()}, {"UTC": UTC_OFFSETS})


def test_the_example_of_the_specification_loads() -> None:
    loaded = load(folder("example"), {"UTC": UTC_OFFSETS})
    assert [issue for issue in loaded.issues if issue.level == "error"] == []
    assert loaded.definitions is not None
    assert loaded.definitions.project == "acme"
    assert len(loaded.definitions.signals) == 14
