"""Eight segments and thirty steps, each rule written out three times: for Waypost, for GrowthBook and for Flagsmith.

They look at the same attributes of a person and must give the same answers; `decide` asserts it before a clock starts.
Attributes are what Waypost's signals and traits say; the peers are handed them ready made. This file imports nothing
but the standard library, since the peers read it too, in an environment without Waypost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

Flags = dict[str, Any]


@dataclass(frozen=True)
class Rule:
    """One rule in three languages."""

    name: str
    waypost: str
    growthbook: dict[str, Any]
    flagsmith: Flags


def _is(name: str, operator: str, value: str | list[str]) -> Flags:
    return {"property": name, "operator": operator, "value": value}


def _eq(name: str, value: str) -> Flags:
    return _is(name, "EQUAL", value)


def _ge(name: str, value: int) -> Flags:
    return _is(name, "GREATER_THAN_INCLUSIVE", str(value))


def _gt(name: str, value: int) -> Flags:
    return _is(name, "GREATER_THAN", str(value))


def _lt(name: str, value: int) -> Flags:
    return _is(name, "LESS_THAN", str(value))


def _in(name: str, *values: str) -> Flags:
    return _is(name, "IN", list(values))


def _every(*conditions: Flags) -> Flags:
    return {"type": "ALL", "conditions": list(conditions), "rules": []}


def _some(*conditions: Flags) -> Flags:
    return {"type": "ANY", "conditions": list(conditions), "rules": []}


def _none(*conditions: Flags) -> Flags:
    return {"type": "NONE", "conditions": list(conditions), "rules": []}


def _both(*rules: Flags) -> Flags:
    return {"type": "ALL", "conditions": [], "rules": list(rules)}


def _either(*rules: Flags) -> Flags:
    return {"type": "ANY", "conditions": [], "rules": list(rules)}


SIGNALS: Final[Mapping[str, str]] = {
    "setup_progress": "{sequence: [workspace_created, source_connected, report_created]}",
    "reports_shared": "{count: [report_shared, shareReport]}",
    "features_tried": "{distinct: feature_used.feature}",
    "seats_invited": "{sum: invite_sent.seats}",
    "errors": "{count: error_shown}",
    "days_active": "{days: any}",
    "tickets": "{count: ticket_opened}",
    "logins": "{count: login}",
    "plan_views": "{count: plan_viewed}",
    "last_plan": "{latest: plan_viewed.plan}",
}
"""The signals that the rules look at, as a definition file says them."""

TRAITS: Final = ("plan", "team_size", "role", "country", "staff")
"""The traits that the rules look at; everybody has them."""

SEGMENTS: Final = (
    Rule(
        "stalled_at_setup",
        "setup_progress = 1 AND days_active < 3",
        {"setup_progress": 1, "days_active": {"$lt": 3}},
        _every(_eq("setup_progress", "1"), _lt("days_active", 3)),
    ),
    Rule(
        "fast_finisher",
        "setup_progress = 3 AND logins < 2",
        {"setup_progress": 3, "logins": {"$lt": 2}},
        _every(_eq("setup_progress", "3"), _lt("logins", 2)),
    ),
    Rule(
        "explorer",
        "features_tried >= 3 AND reports_shared = 0",
        {"features_tried": {"$gte": 3}, "reports_shared": 0},
        _every(_ge("features_tried", 3), _eq("reports_shared", "0")),
    ),
    Rule(
        "team_builder",
        "seats_invited >= 3 OR trait.team_size >= 5",
        {"$or": [{"seats_invited": {"$gte": 3}}, {"team_size": {"$gte": 5}}]},
        _some(_ge("seats_invited", 3), _ge("team_size", 5)),
    ),
    Rule(
        "ready_to_upgrade",
        "trait.plan = 'free' AND last_plan IN ('team', 'business')",
        {"plan": "free", "last_plan": {"$in": ["team", "business"]}},
        _every(_eq("plan", "free"), _in("last_plan", "team", "business")),
    ),
    Rule(
        "struggling",
        "errors >= 3 OR tickets >= 1 AND errors >= 1",
        {"$or": [{"errors": {"$gte": 3}}, {"tickets": {"$gte": 1}, "errors": {"$gte": 1}}]},
        _either(_every(_ge("errors", 3)), _every(_ge("tickets", 1), _ge("errors", 1))),
    ),
    Rule(
        "newcomer",
        "setup_progress = 0 AND NOT trait.staff",
        {"setup_progress": 0, "staff": False},
        _every(_eq("setup_progress", "0"), _eq("staff", "False")),
    ),
    Rule(
        "regular",
        "days_active >= 4 AND reports_shared >= 1",
        {"days_active": {"$gte": 4}, "reports_shared": {"$gte": 1}},
        _every(_ge("days_active", 4), _ge("reports_shared", 1)),
    ),
)

STEPS: Final = (
    Rule("create_workspace", "setup_progress = 0", {"setup_progress": 0}, _every(_eq("setup_progress", "0"))),
    Rule("connect_source", "setup_progress = 1", {"setup_progress": 1}, _every(_eq("setup_progress", "1"))),
    Rule("report_tour", "setup_progress = 2", {"setup_progress": 2}, _every(_eq("setup_progress", "2"))),
    Rule(
        "share_report",
        "setup_progress >= 3 AND reports_shared = 0",
        {"setup_progress": {"$gte": 3}, "reports_shared": 0},
        _every(_ge("setup_progress", 3), _eq("reports_shared", "0")),
    ),
    Rule(
        "invite_team",
        "trait.team_size >= 3 AND seats_invited = 0",
        {"team_size": {"$gte": 3}, "seats_invited": 0},
        _every(_ge("team_size", 3), _eq("seats_invited", "0")),
    ),
    Rule(
        "invite_more",
        "seats_invited BETWEEN 1 AND 3 AND trait.team_size > 4",
        {"seats_invited": {"$gte": 1, "$lte": 3}, "team_size": {"$gt": 4}},
        _every(_ge("seats_invited", 1), _lt("seats_invited", 4), _gt("team_size", 4)),
    ),
    Rule(
        "upgrade_offer",
        "trait.plan = 'free' AND plan_views >= 1",
        {"plan": "free", "plan_views": {"$gte": 1}},
        _every(_eq("plan", "free"), _ge("plan_views", 1)),
    ),
    Rule("business_offer", "last_plan = 'business'", {"last_plan": "business"}, _every(_eq("last_plan", "business"))),
    Rule("offer_help", "errors >= 3", {"errors": {"$gte": 3}}, _every(_ge("errors", 3))),
    Rule(
        "error_guide",
        "errors >= 1 AND tickets = 0",
        {"errors": {"$gte": 1}, "tickets": 0},
        _every(_ge("errors", 1), _eq("tickets", "0")),
    ),
    Rule("follow_up", "tickets >= 1", {"tickets": {"$gte": 1}}, _every(_ge("tickets", 1))),
    Rule(
        "come_back",
        "days_active = 1 AND setup_progress >= 1",
        {"days_active": 1, "setup_progress": {"$gte": 1}},
        _every(_eq("days_active", "1"), _ge("setup_progress", 1)),
    ),
    Rule("habit_badge", "days_active >= 5", {"days_active": {"$gte": 5}}, _every(_ge("days_active", 5))),
    Rule("login_tip", "logins = 0", {"logins": 0}, _every(_eq("logins", "0"))),
    Rule(
        "power_user",
        "logins >= 3 AND features_tried >= 2",
        {"logins": {"$gte": 3}, "features_tried": {"$gte": 2}},
        _every(_ge("logins", 3), _ge("features_tried", 2)),
    ),
    Rule("try_filters", "features_tried = 0", {"features_tried": 0}, _every(_eq("features_tried", "0"))),
    Rule(
        "try_another",
        "features_tried BETWEEN 1 AND 3",
        {"features_tried": {"$gte": 1, "$lte": 3}},
        _every(_ge("features_tried", 1), _lt("features_tried", 4)),
    ),
    Rule("admin_tour", "trait.role = 'admin'", {"role": "admin"}, _every(_eq("role", "admin"))),
    Rule(
        "analyst_tour",
        "trait.role IN ('analyst', 'engineer')",
        {"role": {"$in": ["analyst", "engineer"]}},
        _every(_in("role", "analyst", "engineer")),
    ),
    Rule(
        "team_admin",
        "trait.role = 'admin' AND (trait.team_size >= 5 OR seats_invited >= 2)",
        {"role": "admin", "$or": [{"team_size": {"$gte": 5}}, {"seats_invited": {"$gte": 2}}]},
        _both(_every(_eq("role", "admin")), _some(_ge("team_size", 5), _ge("seats_invited", 2))),
    ),
    Rule(
        "dutch_webinar",
        "trait.country IN ('NL', 'BE')",
        {"country": {"$in": ["NL", "BE"]}},
        _every(_in("country", "NL", "BE")),
    ),
    Rule(
        "us_webinar",
        "trait.country = 'US' AND trait.plan <> 'free'",
        {"country": "US", "plan": {"$ne": "free"}},
        _every(_eq("country", "US"), _is("plan", "NOT_EQUAL", "free")),
    ),
    Rule(
        "far_away",
        "NOT (trait.country IN ('NL', 'BE', 'DE'))",
        {"$not": {"country": {"$in": ["NL", "BE", "DE"]}}},
        _none(_in("country", "NL", "BE", "DE")),
    ),
    Rule("staff_preview", "trait.staff", {"staff": True}, _every(_eq("staff", "True"))),
    Rule(
        "survey",
        "reports_shared >= 1 AND NOT trait.staff",
        {"reports_shared": {"$gte": 1}, "staff": False},
        _every(_ge("reports_shared", 1), _eq("staff", "False")),
    ),
    Rule(
        "case_study",
        "reports_shared >= 2 OR days_active >= 6 AND logins >= 4",
        {"$or": [{"reports_shared": {"$gte": 2}}, {"days_active": {"$gte": 6}, "logins": {"$gte": 4}}]},
        _either(_every(_ge("reports_shared", 2)), _every(_ge("days_active", 6), _ge("logins", 4))),
    ),
    Rule(
        "solo_tip",
        "trait.team_size = 1 AND seats_invited = 0",
        {"team_size": 1, "seats_invited": 0},
        _every(_eq("team_size", "1"), _eq("seats_invited", "0")),
    ),
    Rule(
        "integrations",
        "setup_progress >= 2 AND features_tried >= 1 AND errors = 0",
        {"setup_progress": {"$gte": 2}, "features_tried": {"$gte": 1}, "errors": 0},
        _every(_ge("setup_progress", 2), _ge("features_tried", 1), _eq("errors", "0")),
    ),
    Rule(
        "quiet_team",
        "trait.plan = 'team' AND logins < 2",
        {"plan": "team", "logins": {"$lt": 2}},
        _every(_eq("plan", "team"), _lt("logins", 2)),
    ),
    Rule(
        "comparison",
        "plan_views >= 2 OR last_plan = 'team'",
        {"$or": [{"plan_views": {"$gte": 2}}, {"last_plan": "team"}]},
        _some(_ge("plan_views", 2), _eq("last_plan", "team")),
    ),
)


def definitions() -> str:
    """The definition file with these signals, segments and steps, all steps on one journey without limits."""
    lines = ["project: rules", "signup: signed_up", "delivery: on", "signals:"]
    lines += [f"  {name}: {kind}" for name, kind in SIGNALS.items()]
    lines += ["segments:", *(f'  {rule.name}: {{when: "{rule.waypost}"}}' for rule in SEGMENTS), "steps:"]
    for place, rule in enumerate(STEPS):
        copy = f"{{en: {{title: {rule.name}}}}}"
        lines.append(f'  {rule.name}: {{channel: tip, show_when: "{rule.waypost}", priority: {place}, copy: {copy}}}')
    names = ", ".join(rule.name for rule in STEPS)
    return "\n".join([*lines, "journeys:", f'  all: {{for: "TRUE", steps: [{names}]}}', ""])
