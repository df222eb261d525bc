"""Findings: the issues met while reading, gathered so that all are told at once; and the nearest valid name."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from waypost.definitions.nodes import Place
from waypost.model.changes import Issue


@dataclass(slots=True)
class Findings:
    """Issues in the making; `issues()` gives them once each, by file, line and column."""

    _found: dict[Issue, None] = field(default_factory=dict)

    def error(self, place: Place, code: str, message: str, hint: str | None = None) -> None:
        """Note a mistake."""
        self._found[Issue("error", place.file, place.line, place.column, code, message, hint)] = None

    def warn(self, place: Place, code: str, message: str, hint: str | None = None) -> None:
        """Note a doubt."""
        self._found[Issue("warning", place.file, place.line, place.column, code, message, hint)] = None

    def has(self, place: Place, code: str) -> bool:
        """Whether a mistake with this code was noted there."""
        spot = (place.file, place.line, place.column, code)
        return any((each.file, each.line, each.column, each.code) == spot for each in self._found)

    def __len__(self) -> int:
        return len(self._found)

    def errors_since(self, number: int) -> bool:
        """Whether a mistake was noted after the first `number` findings."""
        return any(issue.level == "error" for issue in list(self._found)[number:])

    @property
    def failed(self) -> bool:
        """Whether a mistake was noted."""
        return any(issue.level == "error" for issue in self._found)

    def issues(self) -> tuple[Issue, ...]:
        """All of them, in the order of the files."""
        return tuple(sorted(self._found, key=lambda issue: (issue.file, issue.line, issue.column, issue.code)))


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """The valid name that `name` most looks like, or None where none looks alike."""
    names = list(dict.fromkeys(valid))
    folded = {candidate.casefold().replace("-", "_").replace(" ", "_"): candidate for candidate in reversed(names)}
    close = get_close_matches(name.casefold().replace("-", "_").replace(" ", "_"), list(folded), n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def did_you_mean(name: str, valid: Iterable[str]) -> str | None:
    """A hint with the nearest valid name; else with all of them where they are few."""
    names = sorted(set(valid))
    close = nearest(name, names)
    if close is not None:
        return f"did you mean `{close}`?"
    if not names:
        return None
    listed = ", ".join(f"`{each}`" for each in names[:12])
    return f"valid here: {listed}" + (f" and {len(names) - 12} more" if len(names) > 12 else "")
