"""Sections that this release checks and keeps, but does not act on: outcomes, subscriptions, purposes, experiments."""

from collections.abc import Collection, Mapping

from waypost.definitions.findings import did_you_mean
from waypost.definitions.nodes import Items, Node, Scalar, mapping_of, text_of
from waypost.definitions.nodes import Mapping as MappingNode
from waypost.definitions.predicates import Reading, read_predicate
from waypost.definitions.sections import KINDS
from waypost.definitions.segments import bodies
from waypost.definitions.signals import read_kind
from waypost.definitions.words import read_copy


def check_kept(sections: Mapping[str, Node], locale: str, reading: Reading) -> None:
    """Note what is wrong in them, and what they name that nothing defines."""
    _check_outcomes(sections.get("outcomes"), reading)
    purposes = {name.text for name, _ in bodies(sections.get("purposes"))}
    subscriptions = bodies(sections.get("subscriptions"))
    for name, body in subscriptions:
        read_copy(body.get("copy"), f"subscriptions.{name.text}.copy", locale, reading)
        _named(body.get("purpose"), "purpose", purposes, reading)
    if "purposes" in sections:
        for _, body in bodies(sections.get("events")):
            _named(body.get("purpose"), "purpose", purposes, reading)
    for _, body in bodies(sections.get("steps")):
        _named(body.get("subscription"), "subscription", {name.text for name, _ in subscriptions}, reading)
    names = {key: {name.text for name, _ in bodies(sections.get(key))} for key in ("outcomes", "signals")}
    for _, body in bodies(sections.get("experiments")):
        _check_experiment(body, names, reading)
    if text_of(sections.get("delivery")) in ("testers", "on"):
        _check_consent(sections, reading)
    if (experiments := sections.get("experiments")) is not None:
        message = "experiments are checked and kept, but this release does not run them"
        reading.found.warn(experiments.place, "not-yet", message)


def _check_consent(sections: Mapping[str, Node], reading: Reading) -> None:
    """Warn of what would be sent to people whose consent nobody asked for."""
    needing = set()
    for name, body in bodies(sections.get("purposes")):
        needed = body.get("needs_consent")
        if isinstance(needed, Scalar) and needed.value is True:
            needing.add(name.text)
    purpose_of = {name.text: text_of(body.get("purpose")) for name, body in bodies(sections.get("subscriptions"))}
    for name, body in bodies(sections.get("steps")):
        node = body.get("subscription")
        purpose = purpose_of.get(text_of(node) or "")
        if node is not None and purpose in needing:
            message = (
                f"`{name.text}` is for {purpose}, which needs consent, and this release sends without asking for it"
            )
            reading.found.warn(node.place, "not-yet", message, "take it out of its journeys, or leave delivery off")


def _check_outcomes(section: Node | None, reading: Reading) -> None:
    for name, body in bodies(section):
        kinds = [key for key in body.names() if key in KINDS]
        if kinds and body.get("when") is not None:
            message = f"outcome `{name.text}` is a predicate or a signal, not both"
            reading.found.error(name.place, "signal-kind", message, "keep `when`, or the signal's kind")
        elif kinds:
            read_kind(body, f"outcome `{name.text}`", reading)
        elif "when" not in body.names():
            reading.found.error(
                name.place, "missing-key", f"outcome `{name.text}` says nothing to measure", "add `when:`"
            )
        read_predicate(body.get("when"), reading.scope, reading)


def _check_experiment(body: MappingNode, names: Mapping[str, Collection[str]], reading: Reading) -> None:
    where = body.get("in")
    scope = reading.scope
    if text_of(where) not in (*scope.segments, *scope.stages):
        read_predicate(where, scope, reading)
    arms = mapping_of(body.get("arms"))
    for key, _ in mapping_of(body.get("change")) or ():
        if arms is not None and key.text not in arms.names():
            hint = did_you_mean(key.text, arms.names())
            reading.found.error(key.place, "unknown-arm", f"the experiment has no arm `{key.text}`", hint)
    metrics = [body.get("metric")]
    for several in ("more_metrics", "guardrails"):
        node = body.get(several)
        metrics.extend(node.items if isinstance(node, Items) else ())
    for node in metrics:
        metric = mapping_of(node)
        if metric is not None:
            _named(metric.get("milestone"), "milestone", scope.milestones, reading)
            _named(metric.get("segment"), "segment", scope.segments, reading)
            _named(metric.get("signal"), "signal", names["signals"], reading)
            _named(metric.get("outcome"), "outcome", names["outcomes"], reading)


def _named(node: Node | None, noun: str, names: Collection[str], reading: Reading) -> None:
    """Note a name that nothing defines."""
    name = text_of(node)
    if name is not None and isinstance(node, Scalar) and name not in names:
        hint = did_you_mean(name, names)
        reading.unknown(node, f"unknown-{noun}", f"no {noun} is named `{name}`", hint)
