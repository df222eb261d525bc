"""The example project as it lies in the package, or in a checkout beside it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path


@contextmanager
def example() -> Iterator[Path]:
    """The folder of Harbour's definition files."""
    with as_file(files("waypost") / "examples" / "harbour") as packaged:
        yield packaged if packaged.is_dir() else Path(__file__).parents[3] / "examples" / "harbour"


def copy_to(folder: Path, *, deliver: bool) -> None:
    """Copy Harbour's files into a folder; with `deliver`, steps are shown and sent there."""
    with example() as source:
        for path in sorted(source.rglob("*.yaml")):
            target = folder / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    if deliver:
        root = folder / "waypost.yaml"
        text = root.read_text(encoding="utf-8")
        root.write_text(text.replace("\ndelivery: off\n", "\ndelivery: on\n"), encoding="utf-8")
