-- Harbour's 21 signals, 8 segments, 3 milestones and the ladder, as one writes them by hand for DuckDB.
WITH s AS (
  SELECT person,
    min("at") FILTER (WHERE label = 'report_created') AS first_report,
    max("at") FILTER (WHERE label = 'login') AS last_login,
    coalesce(sum(p0_n) FILTER (WHERE label = 'invite_sent' AND lapse >= 0 AND lapse < 1209600000000), 0) AS seats_invited,
    count(*) FILTER (WHERE label = 'report_shared') AS reports_shared,
    count(*) FILTER (WHERE label = 'report_shared' AND p1_s = 'team') AS team_shares,
    min(lapse) FILTER (WHERE label = 'report_shared' AND lapse >= 0) AS time_to_share,
    min("at") FILTER (WHERE label = 'report_shared') AS first_share,
    count(DISTINCT p2_s) FILTER (WHERE label = 'feature_used' AND "at" > $now - 604800000000) AS features_tried,
    arg_max(p3_s, place) FILTER (WHERE label = 'plan_viewed') AS last_plan_viewed,
    count(*) FILTER (WHERE label = 'integrations_viewed' AND "at" > $now - 604800000000) AS integrations_viewed,
    count(*) FILTER (WHERE label = 'integration_installed') AS integrations_installed,
    count(DISTINCT day) FILTER (WHERE product AND "at" > $now - 1209600000000) AS days_active,
    $now - max("at") FILTER (WHERE product) AS idle,
    count(*) FILTER (WHERE product AND lapse >= 1814400000000 AND lapse < 2419200000000) AS back_week_4,
    count(*) FILTER (WHERE label = 'error_shown' AND "at" > $now - 86400000000) AS errors,
    count(*) FILTER (WHERE product AND "at" > $now - 86400000000) AS seen,
    sum(p4_n) FILTER (WHERE label = 'report_viewed' AND "at" > $now - 604800000000) AS load_sum,
    count(p4_n) FILTER (WHERE label = 'report_viewed' AND "at" > $now - 604800000000) AS load_count,
    count(*) FILTER (WHERE label = 'ticket_opened' AND source = 'support') AS tickets_opened,
    count(*) FILTER (WHERE label = 'ticket_closed' AND source = 'support') AS tickets_closed
  FROM events WHERE "at" <= $now GROUP BY person),
one AS (SELECT person, min("at") AS t1 FROM events WHERE label = 'workspace_created' AND "at" <= $now GROUP BY person),
two AS (SELECT person, min("at") AS t2 FROM events JOIN one USING (person)
  WHERE label = 'source_connected' AND "at" BETWEEN t1 AND $now GROUP BY person),
three AS (SELECT person, min("at") AS t3 FROM events JOIN two USING (person)
  WHERE label = 'report_created' AND "at" BETWEEN t2 AND $now GROUP BY person),
later AS (SELECT person, min("at") - any_value(first_report) AS share_after_report FROM events JOIN s USING (person)
  WHERE label = 'report_shared' AND "at" BETWEEN first_report AND $now GROUP BY person),
rolling AS (SELECT person, "at", count(DISTINCT day) OVER (PARTITION BY person ORDER BY "at"
    RANGE BETWEEN 604799999999 PRECEDING AND CURRENT ROW) AS days
  FROM events WHERE label = 'report_viewed' AND "at" <= $now),
peak AS (SELECT person, max(days) AS report_days, min("at") FILTER (WHERE days >= 3) AS habit FROM rolling GROUP BY person),
team AS (SELECT person, n AS team_size FROM traits WHERE trait = 0 AND "at" <= $now AND until > $now),
plan AS (SELECT person, s AS plan FROM traits WHERE trait = 1 AND "at" <= $now AND until > $now),
joined AS (
  SELECT people.id, people.signup, s.* EXCLUDE (person),
    (t1 IS NOT NULL)::INT + (t2 IS NOT NULL)::INT + (t3 IS NOT NULL)::INT AS setup_progress, share_after_report,
    coalesce(report_days, 0) AS report_days, team_size, plan, habit,
    CASE WHEN greatest(t2, signup) < signup + 604800000000 AND t2 IS NOT NULL THEN greatest(t2, signup) END AS setup,
    CASE WHEN greatest(first_share, signup) < signup + 1209600000000 AND first_share IS NOT NULL
      THEN greatest(first_share, signup) END AS aha
  FROM people LEFT JOIN s USING (person) LEFT JOIN one USING (person) LEFT JOIN two USING (person)
    LEFT JOIN three USING (person) LEFT JOIN later USING (person) LEFT JOIN peak USING (person)
    LEFT JOIN team USING (person) LEFT JOIN plan USING (person)
  WHERE born <= $now)
SELECT *,
  load_sum / load_count AS load_time, errors / nullif(seen, 0) AS error_rate,
  CASE WHEN habit IS NOT NULL THEN 'regular' WHEN aha IS NOT NULL THEN 'activated'
    WHEN setup_progress >= 1 THEN 'builder' ELSE 'newcomer' END AS stage,
  coalesce(setup_progress = 1 AND idle > 172800000000, FALSE) AS stalled_at_setup,
  coalesce(setup - signup < 3600000000, FALSE) AS fast_finisher,
  coalesce(features_tried >= 3 AND reports_shared = 0, FALSE) AS explorer,
  coalesce(seats_invited >= 3000000 OR team_size >= 5000000, FALSE) AS team_builder,
  coalesce(plan = 'free' AND last_plan_viewed IN ('team', 'business'), FALSE) AS ready_to_upgrade,
  coalesce(errors >= 3 AND errors * 10 > seen * 2 OR load_sum > 8000000 * load_count, FALSE) AS struggling,
  coalesce(tickets_opened > tickets_closed, FALSE) AS waiting_for_help,
  coalesce(aha IS NOT NULL AND habit IS NULL AND idle > 604800000000, FALSE) AS lapsing
FROM joined
