"""The plain set in chdb (ClickHouse in process): its SQL over the same columns, timed in its own environment."""

import json
import sys
import time

from chdb import session

folder, now = sys.argv[1], int(sys.argv[2])
server = session.Session()
server.query("CREATE DATABASE bench ENGINE = Atomic")
for table in ("events", "people"):
    server.query(
        f"CREATE TABLE bench.{table} ENGINE = MergeTree ORDER BY person SETTINGS allow_nullable_key = 1"
        f" AS SELECT * FROM file('{folder}/{table}.parquet')"
    )
QUERY = f"""
WITH {now} AS now, s AS (
  SELECT person,
    countIf(label = 'login') AS logins,
    countIf(label = 'login' AND at > now - 604800000000) AS logins_week,
    countIf(label = 'report_created') AS reports,
    countIf(label = 'report_shared') AS shares,
    countIf(label = 'report_shared' AND p0_s = 'team') AS team_shares,
    minIf(at, label = 'report_shared') AS first_share,
    maxIf(at, label = 'login') AS last_login,
    now - maxIf(at, product) AS idle,
    minOrNullIf(lapse, label = 'report_created' AND lapse >= 0) AS time_to_report,
    countIf(label = 'report_viewed' AND lapse >= 0 AND lapse < 604800000000) AS early_views,
    countIf(product AND lapse >= 1814400000000 AND lapse < 2419200000000) AS back_week_4,
    uniqExactIf(p1_s, label = 'feature_used' AND at > now - 1209600000000) AS features,
    uniqExactIf(day, product AND at > now - 1209600000000) AS days_active,
    sumIf(p2_n, label = 'invite_sent') AS seats,
    maxIf(p2_n, label = 'invite_sent') AS largest_invite,
    maxIf(p3_n, label = 'report_viewed' AND at > now - 2592000000000) AS slowest,
    sumIf(p3_n, label = 'report_viewed' AND at > now - 604800000000) AS load_sum,
    countIf(p3_n IS NOT NULL AND label = 'report_viewed' AND at > now - 604800000000) AS load_count,
    argMaxIf(p4_s, place, label = 'plan_viewed') AS last_plan,
    countIf(label = 'error_shown' AND at > now - 604800000000) AS errors,
    countIf(label = 'error_shown') AS errors_ever,
    countIf(product) AS events_ever
  FROM bench.events WHERE at <= now GROUP BY person)
SELECT people.id, s.*,
  ifNull(idle > 604800000000, 0) AS lapsing,
  features >= 3 AND shares = 0 AS explorer,
  ifNull(team_shares >= 2 OR seats >= 10000000, 0) AS team_player,
  ifNull(load_sum > 6500000 * load_count, 0) OR ifNull(slowest > 11900000, 0) AS slow,
  errors >= 1 AND errors_ever * 100 > 5 * events_ever AS struggling,
  ifNull(last_plan IN ('team', 'business'), 0) AND logins_week >= 1 AS wants_more,
  ifNull(time_to_report < 172800000000, 0) AND early_views >= 1 AS quick,
  days_active >= 4 AND back_week_4 >= 1 AS regular
FROM bench.people AS people LEFT JOIN s ON s.person = people.person WHERE born <= now"""
taken = []
for _ in range(3):
    began = time.perf_counter()
    server.query(f"CREATE OR REPLACE TABLE bench.found ENGINE = Memory AS {QUERY}")
    taken.append(time.perf_counter() - began)
segments = ["lapsing", "explorer", "team_player", "slow", "struggling", "wants_more", "quick", "regular"]
sums = ", ".join(f"sum({name}) AS {name}" for name in segments)
row = json.loads(str(server.query(f"SELECT {sums} FROM bench.found", "JSONEachRow")))
print(json.dumps({"seconds": min(taken), "members": {name: int(row[name]) for name in segments}}))
