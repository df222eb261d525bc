"""What is sent without being asked for: when to look, when to look again, and the last look before it leaves.

A push begins when a decision first sees its `send_when` hold (`Decision.opened`). It may wait (`still_true_after`,
pauses, caps, quiet hours) until `push_wake`, when it is decided again; a decision offers it only when it may leave at
once. It leaves after `recheck`. Each of these is an entry in the log, so nothing waits in memory, and a late or doubled
wake-up changes nothing.
"""

from waypost.engine.charts import chart_of
from waypost.engine.decide import settle
from waypost.engine.history import History
from waypost.engine.profiles import Profile
from waypost.engine.program import Program
from waypost.engine.standing import Standing, stand
from waypost.model.decisions import Asked, Decision, Verdict
from waypost.model.steps import Content
from waypost.model.time import Instant


def may_push(program: Program, profile: Profile) -> bool:
    """Whether a push decision could offer anything: some `send_when` holds and was not answered yet. Quick."""
    steps, watch = profile.history.steps, profile.watch
    for name, condition in chart_of(program.definitions).pushes:
        since = None
        if condition is not None:
            spell = watch.get(condition)
            if spell is None or spell.since is None:
                continue
            since = spell.since
        past = steps.get(name)
        if past is None or past.last is None or since is None or past.last < since:
            return True
    return False


def push_wake(decision: Decision) -> Instant | None:
    """When to decide again for what a push decision held back: the earliest end of a pause, a cap or quiet hours."""
    return min((verdict.until for verdict in decision.verdicts if verdict.until is not None), default=None)


def is_news(decision: Decision, history: History) -> bool:
    """Whether a decision is worth an entry: a new offer, a push that begins, or another word than the last time.

    A push that is held back by nothing but `delivery` is kept, to show what would have been sent; other words about
    pushes are not, since nobody asked.
    """
    if decision.opened or any(not offer.held for offer in decision.offers):
        return True
    push = decision.asked.push
    is_told = not push or any(verdict.reason in ("delivery_off", "testers") for verdict in decision.verdicts)
    latest = history.latest(push=push)
    return is_told and (latest is None or decision.digest != latest[2])


def recheck(
    program: Program, profile: Profile, decision_id: str, step: str, now: Instant, *, paused: bool = False
) -> tuple[Verdict, Content | None]:
    """The last look at a push before it leaves: whether it still may, and its words as of now.

    What was granted to this very push is not held against it. A push that may no longer go is dropped by a delivery
    with the verdict's reason; if its condition still holds, later decisions look at it anew.
    """
    standing = stand(program, profile, now)
    before = Standing(standing.state, standing.watch, standing.history.without(decision_id, step), standing.tester)
    asked = Asked(push=True, cause="time", paused=paused)
    settled = settle(chart_of(program.definitions), before, asked, only=step)
    for verdict in settled.decision.verdicts:
        if verdict.step == step:
            return verdict, settled.contents.get(step)
    return Verdict(step, "gather", False, "no_journey", "It is a step of no journey now."), None
