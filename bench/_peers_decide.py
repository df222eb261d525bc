"""GrowthBook and Flagsmith on the rules of `_rules`: run by the Python that has them, spoken to in lines of JSON.

The first line is the list of people, each with their attributes; the answer is what both say of everyone. Each further
line names a peer, what to do and how often to do it for everyone; the answer is the seconds that it took.
"""

import gc
import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from flag_engine.engine import get_evaluation_result
from flag_engine.segments.evaluator import is_context_in_segment
from growthbook import GrowthBook
from growthbook.core import evalCondition

from bench._rules import SEGMENTS, STEPS, Rule

People = Sequence[dict[str, Any]]
RULES = (*SEGMENTS, *STEPS)


def flagsmith_segment(rule: Rule) -> dict[str, Any]:
    """A rule as a segment; that of a step turns the step's feature on."""
    segment: dict[str, Any] = {"key": rule.name, "name": rule.name, "rules": [rule.flagsmith]}
    if rule in STEPS:
        segment["overrides"] = [{"key": rule.name, "name": rule.name, "enabled": True, "value": None}]
    return segment


def flagsmith_context(traits: dict[str, Any]) -> dict[str, Any]:
    """One person, with all segments and features."""
    features = {rule.name: {"key": rule.name, "name": rule.name, "enabled": False, "value": None} for rule in STEPS}
    return {
        "environment": {"key": "bench", "name": "bench"},
        "identity": {"identifier": "somebody", "key": "somebody", "traits": traits},
        "features": features,
        "segments": {rule.name: flagsmith_segment(rule) for rule in RULES},
    }


def growthbook_features() -> dict[str, Any]:
    """A feature for each step, on where its rule says so."""
    return {
        rule.name: {"defaultValue": False, "rules": [{"condition": rule.growthbook, "force": True}]} for rule in STEPS
    }


def work(people: People) -> dict[str, dict[str, Callable[[], Any]]]:
    """What can be timed: every condition of everyone, and every step of everyone."""
    contexts = [flagsmith_context(person) for person in people]
    segments = list(flagsmith_context({})["segments"].values())
    conditions = [rule.growthbook for rule in RULES]
    names = [rule.name for rule in STEPS]
    one = GrowthBook(attributes={}, features=growthbook_features())

    def growthbook_decides() -> list[list[str]]:
        answers = []
        for person in people:
            one.set_attributes(person)
            answers.append([name for name in names if one.is_on(name)])
        return answers

    def flagsmith_decides() -> list[list[str]]:
        return [
            [name for name, flag in get_evaluation_result(context)["flags"].items() if flag["enabled"]]
            for context in contexts
        ]

    return {
        "growthbook": {
            "conditions": lambda: [[evalCondition(person, one) for one in conditions] for person in people],
            "decisions": growthbook_decides,
        },
        "flagsmith": {
            "conditions": lambda: [
                [is_context_in_segment(context, segment) for segment in segments] for context in contexts
            ],
            "decisions": flagsmith_decides,
        },
    }


def main() -> None:
    """Answer line by line."""
    todo = work(json.loads(sys.stdin.readline()))
    print(json.dumps({peer: {what: do() for what, do in both.items()} for peer, both in todo.items()}), flush=True)
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        peer, what, times = json.loads(line)
        do = todo[peer][what]
        began = time.process_time()
        for _ in range(times):
            do()
        print(json.dumps(time.process_time() - began), flush=True)


if __name__ == "__main__":
    main()
