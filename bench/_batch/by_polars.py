"""The plain set in polars: its expressions over the same columns, timed in its own environment."""

import json
import sys
import time

import polars as pl

folder, now = sys.argv[1], int(sys.argv[2])
DAY = 86_400_000_000
events = pl.read_parquet(f"{folder}/events.parquet")
people = pl.read_parquet(f"{folder}/people.parquet")


def ago(days: int) -> pl.Expr:
    """Whether an event is so new."""
    return pl.col("at") > now - days * DAY


def ask() -> pl.DataFrame:
    """Everyone's signals and segments."""
    label, lapse, at = pl.col("label"), pl.col("lapse"), pl.col("at")
    viewed, shared, login = label == "report_viewed", label == "report_shared", label == "login"
    error, product = label == "error_shown", pl.col("product")
    signals = (
        events.lazy()
        .filter(at <= now)
        .group_by("person")
        .agg(
            logins=login.sum(),
            logins_week=(login & ago(7)).sum(),
            reports=(label == "report_created").sum(),
            shares=shared.sum(),
            team_shares=(shared & (pl.col("p0_s") == "team")).sum(),
            first_share=at.filter(shared).min(),
            last_login=at.filter(login).max(),
            idle=now - at.filter(product).max(),
            time_to_report=lapse.filter((label == "report_created") & (lapse >= 0)).min(),
            early_views=(viewed & (lapse >= 0) & (lapse < 7 * DAY)).sum(),
            back_week_4=(product & (lapse >= 21 * DAY) & (lapse < 28 * DAY)).sum(),
            features=pl.col("p1_s").filter((label == "feature_used") & ago(14)).n_unique(),
            days_active=pl.col("day").filter(product & ago(14)).n_unique(),
            seats=pl.col("p2_n").filter(label == "invite_sent").sum(),
            largest_invite=pl.col("p2_n").filter(label == "invite_sent").max(),
            slowest=pl.col("p3_n").filter(viewed & ago(30)).max(),
            load_sum=pl.col("p3_n").filter(viewed & ago(7)).sum(),
            load_count=pl.col("p3_n").filter(viewed & ago(7)).count(),
            last_plan=pl.col("p4_s")
            .filter(label == "plan_viewed")
            .sort_by(pl.col("place").filter(label == "plan_viewed"))
            .last(),
            errors=(error & ago(7)).sum(),
            errors_ever=error.sum(),
            events_ever=product.sum(),
        )
    )
    c = pl.col
    return (
        people.lazy()
        .filter(c("born") <= now)
        .join(signals, on="person", how="left")
        .with_columns(
            lapsing=c("idle") > 7 * DAY,
            explorer=(c("features") >= 3) & (c("shares") == 0),
            team_player=(c("team_shares") >= 2) | (c("seats") >= 10_000_000),
            slow=(c("load_sum") > 6_500_000 * c("load_count")) | (c("slowest") > 11_900_000),
            struggling=(c("errors") >= 1) & (c("errors_ever") * 100 > 5 * c("events_ever")),
            wants_more=c("last_plan").is_in(["team", "business"]) & (c("logins_week") >= 1),
            quick=(c("time_to_report") < 2 * DAY) & (c("early_views") >= 1),
            regular=(c("days_active") >= 4) & (c("back_week_4") >= 1),
        )
        .collect()
    )


taken = []
for _ in range(3):
    began = time.perf_counter()
    found = ask()
    taken.append(time.perf_counter() - began)
segments = ["lapsing", "explorer", "team_player", "slow", "struggling", "wants_more", "quick", "regular"]
print(
    json.dumps({"seconds": min(taken), "members": {name: int(found[name].fill_null(False).sum()) for name in segments}})
)
