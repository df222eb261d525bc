"""Definition folders that tests read: `example` is the specification's, `mistakes` has fifty different ones."""

from pathlib import Path


def folder(name: str) -> dict[str, str]:
    """The texts of a folder by path, as a caller of `load` gives them."""
    root = Path(__file__).parent / "folders" / name
    return {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in sorted(root.rglob("*.yaml"))}
