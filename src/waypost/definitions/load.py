"""Texts by path → Definitions, or every mistake at once with its file, line and column.

The order of reading: YAML (`documents`), shapes (`shapes` by the tables in `sections`), merging by top-level keys, then
meaning, section by section, and at last what the definitions say of each other (`references`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from waypost.definitions.documents import read_documents
from waypost.definitions.findings import Findings, did_you_mean
from waypost.definitions.fitting import check
from waypost.definitions.journeys import read_holdout, read_journeys
from waypost.definitions.nodes import Mapping as MappingNode
from waypost.definitions.nodes import Node, Place, Scalar, describe, mapping_of, plain, text_of, texts_of
from waypost.definitions.outcomes import check_kept
from waypost.definitions.predicates import Reading, read_predicate
from waypost.definitions.references import LADDER, Key, check_after, order
from waypost.definitions.scopes import PersonScope
from waypost.definitions.sections import FILE, KEPT, MERGED
from waypost.definitions.segments import bodies, read_milestone_name, read_milestones, read_segments, read_stages
from waypost.definitions.signals import read_signal
from waypost.definitions.steps import read_steps
from waypost.definitions.tokens import RESERVED
from waypost.definitions.tracking import event_name, read_plan
from waypost.model.changes import Definitions, Issue
from waypost.model.signals import ANY_EVENT, Signal
from waypost.model.time import UTC_OFFSETS, Offsets, Zones
from waypost.model.values import Json, canonical

ROOT: Final = "waypost.yaml"
_RESERVED: Final = {
    "age",
    "stage",
    "any",
    "trait",
    "since_trait",
    "reached",
    "took",
    "group",
    "answer",
    "has",
    "in_segment",
}


@dataclass(frozen=True, slots=True)
class Loaded:
    """The definitions, or None where `issues` holds an error; warnings stand in `issues` either way."""

    definitions: Definitions | None
    issues: tuple[Issue, ...]


def load(files: Mapping[str, str], zones: Zones) -> Loaded:
    """Read a folder of definitions: its texts by path relative to the folder (`/` between the parts).

    `waypost.yaml` at the root and every other `*.yaml` are merged by their top-level keys; what lies under `cases/` is
    left alone. Never raises on a text.

    The hash is the SHA-256 of the merged content as canonical JSON: comments, layout, quoting, key order, how the
    content is spread over files and their paths do not change it; the order of the stages and of any list does.
    """
    reading = Reading(Findings())
    sections = _merge(files, reading)
    definitions = _build(sections, zones, reading)
    return Loaded(None if reading.found.failed else definitions, reading.found.issues())


def is_definition(path: str) -> bool:
    """Whether a path names a definition file, not a case or something else."""
    return path.endswith(".yaml") and not path.startswith("cases/")


def _merge(files: Mapping[str, str], reading: Reading) -> dict[str, Node]:
    """All documents as one, by top-level key; a name or key given twice is noted."""
    found = reading.found
    first: dict[tuple[str, ...], Place] = {}
    sections: dict[str, Node] = {}
    paths = sorted((path for path in files if is_definition(path)), key=lambda path: (path != ROOT, path))
    if ROOT not in files:
        found.error(
            Place(ROOT, 1, 1), "missing-file", f"there is no {ROOT} in this folder", "start it with `project: NAME`"
        )
    for path in sorted(path for path in files if path.endswith(".yml")):
        found.warn(Place(path, 1, 1), "not-read", "only files that end in .yaml are read", "rename it")
    for path in paths:
        documents, unread = read_documents(path, files[path], found)
        reading.unread += unread
        for document in documents:
            if isinstance(document, Scalar) and document.value is None:
                continue
            body = mapping_of(document)
            if body is None:
                message = f"expected sections such as signals and steps, found {describe(document)}"
                found.error(document.place, "wrong-value", message)
                continue
            check(body, FILE, "", found)
            for key, node in body:
                _add(key, node, sections, first, found)
    return sections


def _add(
    key: Scalar, node: Node, sections: dict[str, Node], first: dict[tuple[str, ...], Place], found: Findings
) -> None:
    name = key.text
    before = first.get((name,))
    if name not in sections:
        first[(name,)] = key.place
        sections[name] = node
    elif (name not in MERGED or name == "stages") and before != key.place and not found.has(key.place, "duplicate-key"):
        hint = "the ladder is ordered, so it stands in one place" if name == "stages" else "keep one of them"
        found.error(key.place, "duplicate-key", f"`{name}` is set here and at {before}", hint)
    if name not in MERGED:
        return
    entries = node.entries if isinstance(node, MappingNode) else ()
    kept = []
    for inner, value in entries:
        other = first.setdefault((name, inner.text), inner.place)
        if other is inner.place:
            kept.append((inner, value))
        elif other != inner.place and not found.has(inner.place, "duplicate-key"):
            message = f"`{inner.text}` is defined here and at {other}, both under {name}"
            found.error(inner.place, "duplicate-name", message, "rename one, or keep one")
    present = sections[name]
    old = present.entries if isinstance(present, MappingNode) and present is not node else ()
    sections[name] = MappingNode(present.place, (*old, *kept))


def _build(sections: Mapping[str, Node], zones: Zones, reading: Reading) -> Definitions:
    """Everything that the sections mean; broken parts are noted and left out."""
    found = reading.found
    unplanned = text_of(sections.get("unplanned_events"))
    reading.plan = read_plan(
        sections.get("events"),
        "quarantine" if unplanned == "quarantine" else "reject" if unplanned == "reject" else "accept",
        found,
    )
    signals = _signals(sections.get("signals"), reading)
    reading.scope = PersonScope(
        signals,
        *({name.text: None for name, _ in bodies(sections.get(key))} for key in ("milestones", "segments", "stages")),
    )
    locale = text_of(sections.get("locale")) or "en"
    milestones = read_milestones(sections.get("milestones"), reading)
    segments = read_segments(sections.get("segments"), reading)
    stages = read_stages(sections.get("stages"), reading)
    steps = read_steps(sections.get("steps"), locale, reading)
    journeys = read_journeys(sections.get("journeys"), steps, reading)
    places = dict(_places(sections))
    evaluation = order(milestones, segments, stages, places, found)
    check_after(steps, {name.text: name.place for name, _ in bodies(sections.get("steps"))}, found)
    check_kept(sections, locale, reading)
    project = _project(sections, found)
    delivery = text_of(sections.get("delivery"))
    identity = mapping_of(sections.get("identity"))
    external = identity.get("external_ids") if identity else None
    if delivery == "testers" and "testers" not in sections:
        hint = "write testers: trait.staff = TRUE"
        found.error(
            sections["delivery"].place, "missing-key", "delivery is `testers`, but nobody says who they are", hint
        )
    return Definitions(
        hash=content_hash(sections),
        project=project,
        signup=_signup(sections.get("signup"), reading),
        activation=read_milestone_name(sections.get("activation"), reading),
        zone=_zone(sections.get("timezone"), zones, found),
        zones=zones,
        locale=locale,
        external_ids=tuple(each.text for each in texts_of(external)) if external else (),
        tracking=reading.plan,
        signals={name: signal for name, signal in signals.items() if signal is not None},
        milestones=milestones,
        stages=stages,
        segments=segments,
        steps=steps,
        journeys=journeys,
        holdout=read_holdout(sections.get("holdout"), journeys, reading),
        delivery="on" if delivery == "on" else "testers" if delivery == "testers" else "off",
        testers=read_predicate(sections.get("testers"), reading.scope, reading),
        evaluation=evaluation,
        sections={key: plain(sections[key]) for key in KEPT if key in sections},
    )


def _signup(node: Node | None, reading: Reading) -> str | None:
    if not isinstance(node, Scalar) or text_of(node) is None:
        return None
    name = event_name(node, reading)
    if name == ANY_EVENT:
        message = "signup names one event, or is left out for a person's first track, page or screen event"
        reading.found.error(node.place, "bad-event", message, "leave it out")
    return name


def _signals(section: Node | None, reading: Reading) -> dict[str, Signal | None]:
    signals: dict[str, Signal | None] = {}
    for name, body in bodies(section):
        if name.text in _RESERVED or name.text.upper() in RESERVED:
            message = f"`{name.text}` is a word of the predicates' own; no signal can be named so"
            reading.found.error(
                name.place, "reserved-name", message, f"try `{name.text}_count`, or say what it measures"
            )
        signals[name.text] = read_signal(name.text, body, reading)
    return signals


def _places(sections: Mapping[str, Node]) -> Iterator[tuple[Key, Place]]:
    for name, _ in bodies(sections.get("milestones")):
        yield ("milestone", name.text), name.place
    for name, _ in bodies(sections.get("segments")):
        yield ("segment", name.text), name.place
    for name, _ in bodies(sections.get("stages"))[:1]:
        yield LADDER, name.place


def _project(sections: Mapping[str, Node], found: Findings) -> str:
    if "project" not in sections and not any(issue.code in ("missing-file", "yaml") for issue in found.issues()):
        found.error(Place(ROOT, 1, 1), "missing-key", f"{ROOT} lacks `project`", "write project: NAME")
    return text_of(sections.get("project")) or ""


def _zone(node: Node | None, zones: Zones, found: Findings) -> Offsets:
    name = text_of(node)
    if node is None or name is None:
        return UTC_OFFSETS
    if name not in zones and name != "UTC":
        found.error(node.place, "unknown-zone", f"there is no time zone `{name}`", did_you_mean(name, zones))
    return zones.get(name, UTC_OFFSETS)


def content_hash(sections: Mapping[str, Node]) -> str:
    """The SHA-256 of the content, in hexadecimal; see `load` for what changes it."""
    content: dict[str, Json] = {key: plain(node) for key, node in sections.items()}
    ladder = content.get("stages")
    if isinstance(ladder, dict):
        content["stages"] = [[name, body] for name, body in ladder.items()]
    return sha256(canonical(content).encode("utf-8", "backslashreplace")).hexdigest()
