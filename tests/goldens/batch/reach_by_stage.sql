WITH "t17" AS (
  SELECT
    *
  FROM "events" AS "t5"
  WHERE
    "t5"."at" <= WAYPOST_NOW() AND "t5"."label" = 'report_created'
), "t27" AS (
  SELECT
    "t18"."person",
    MIN("t18"."at") AS "s0_setup_progress_0"
  FROM (
    SELECT
      *
    FROM "events" AS "t5"
    WHERE
      "t5"."at" <= WAYPOST_NOW() AND "t5"."label" = 'workspace_created'
  ) AS "t18"
  GROUP BY
    1
), "t32" AS (
  SELECT
    "t23"."person",
    MIN("t23"."at") AS "s7_share_after_report_start"
  FROM "t17" AS "t23"
  GROUP BY
    1
)
SELECT
  "t71"."stage",
  COUNT(*) FILTER(WHERE
    (
      "t71"."now" - "t71"."signup"
    ) >= 604800000000) AS "people_0",
  COUNT(*) FILTER(WHERE
    (
      (
        "t71"."now" - "t71"."signup"
      ) >= 604800000000
    )
    AND (
      "t71"."m0_setup" IS NOT NULL
    )) AS "reached_0",
  COUNT(*) FILTER(WHERE
    NOT (
      (
        "t71"."now" - "t71"."signup"
      ) >= 604800000000
    )) AS "immature_0",
  QUANTILE_CONT("t71"."m0_setup" - "t71"."signup", 0.5) FILTER(WHERE
    (
      (
        "t71"."now" - "t71"."signup"
      ) >= 604800000000
    )
    AND (
      "t71"."m0_setup" IS NOT NULL
    )) AS "median_0",
  COUNT(*) FILTER(WHERE
    (
      "t71"."now" - "t71"."signup"
    ) >= 1209600000000) AS "people_1",
  COUNT(*) FILTER(WHERE
    (
      (
        "t71"."now" - "t71"."signup"
      ) >= 1209600000000
    )
    AND (
      "t71"."m1_aha" IS NOT NULL
    )) AS "reached_1",
  COUNT(*) FILTER(WHERE
    NOT (
      (
        "t71"."now" - "t71"."signup"
      ) >= 1209600000000
    )) AS "immature_1",
  QUANTILE_CONT("t71"."m1_aha" - "t71"."signup", 0.5) FILTER(WHERE
    (
      (
        "t71"."now" - "t71"."signup"
      ) >= 1209600000000
    )
    AND (
      "t71"."m1_aha" IS NOT NULL
    )) AS "median_1",
  COUNT(*) FILTER(WHERE
    TRUE) AS "people_2",
  COUNT(*) FILTER(WHERE
    TRUE AND (
      "t71"."m2_habit" IS NOT NULL
    )) AS "reached_2",
  COUNT(*) FILTER(WHERE
    NOT (
      TRUE
    )) AS "immature_2",
  QUANTILE_CONT("t71"."m2_habit" - "t71"."signup", 0.5) FILTER(WHERE
    TRUE AND (
      "t71"."m2_habit" IS NOT NULL
    )) AS "median_2"
FROM (
  SELECT
    "t70"."person",
    "t70"."id",
    "t70"."now",
    "t70"."signup",
    "t70"."s1_first_report",
    "t70"."s2_last_login",
    "t70"."s3_seats_invited_over",
    "t70"."s4_reports_shared",
    "t70"."s5_team_shares",
    "t70"."s6_time_to_share",
    "t70"."s8_features_tried_s",
    "t70"."s9_last_plan_viewed_s",
    "t70"."s10_integrations_viewed",
    "t70"."s11_integrations_installed",
    "t70"."s12_days_active",
    "t70"."s14_idle",
    "t70"."s15_back_week_4",
    "t70"."s16_errors",
    "t70"."s17_error_rate_above",
    "t70"."s17_error_rate_below",
    "t70"."s18_load_time_over",
    "t70"."s18_load_time_under",
    "t70"."s19_tickets_opened",
    "t70"."s20_tickets_closed",
    "t70"."s0_setup_progress_0",
    "t70"."s0_setup_progress_1",
    "t70"."s0_setup_progress_2",
    "t70"."s7_share_after_report_start",
    "t70"."s7_share_after_report",
    "t70"."s13_report_days",
    "t70"."t0_n",
    "t70"."t0_s",
    "t70"."t0_b",
    "t70"."t0_t",
    "t70"."t0_set",
    "t70"."t0_at",
    "t70"."t1_n",
    "t70"."t1_s",
    "t70"."t1_b",
    "t70"."t1_t",
    "t70"."t1_set",
    "t70"."t1_at",
    "t70"."m0_setup",
    "t70"."m1_aha",
    "t70"."m2_habit",
    "t70"."m0_setup.reached",
    "t70"."m1_aha.reached",
    "t70"."m2_habit.reached",
    "t70"."s0_setup_progress.n",
    "t70"."s1_first_report.t",
    "t70"."s2_last_login.t",
    "t70"."s3_seats_invited.n",
    "t70"."s4_reports_shared.n",
    "t70"."s5_team_shares.n",
    "t70"."s6_time_to_share.d",
    "t70"."s7_share_after_report.d",
    "t70"."s8_features_tried.n",
    "t70"."s9_last_plan_viewed.s",
    "t70"."s10_integrations_viewed.n",
    "t70"."s11_integrations_installed.n",
    "t70"."s12_days_active.n",
    "t70"."s13_report_days.n",
    "t70"."s14_idle.d",
    "t70"."s15_back_week_4.n",
    "t70"."s16_errors.n",
    "t70"."s17_error_rate.n",
    "t70"."s17_error_rate.whole",
    "t70"."s17_error_rate.rest",
    "t70"."s18_load_time.n",
    "t70"."s18_load_time.whole",
    "t70"."s18_load_time.rest",
    "t70"."s19_tickets_opened.n",
    "t70"."s20_tickets_closed.n",
    COALESCE(
      (
        "t70"."s0_setup_progress.n" = 1000000
      )
      AND (
        "t70"."s14_idle.d" > 172800000000
      ),
      FALSE
    ) AS "g0_stalled_at_setup",
    COALESCE((
      "t70"."m0_setup" - "t70"."signup"
    ) < 3600000000, FALSE) AS "g1_fast_finisher",
    COALESCE(
      (
        "t70"."s8_features_tried.n" >= 3000000
      )
      AND (
        "t70"."s4_reports_shared.n" = 0
      ),
      FALSE
    ) AS "g2_explorer",
    COALESCE(
      (
        "t70"."s3_seats_invited.n" >= 3000000
      ) OR (
        "t70"."t0_n" >= 5000000
      ),
      FALSE
    ) AS "g3_team_builder",
    COALESCE(
      (
        "t70"."t1_s" = 'free'
      )
      AND "t70"."s9_last_plan_viewed.s" IN ('team', 'business'),
      FALSE
    ) AS "g4_ready_to_upgrade",
    COALESCE(
      (
        (
          "t70"."s16_errors.n" >= 3000000
        )
        AND (
          (
            "t70"."s17_error_rate.whole" > 200000
          )
          OR (
            (
              "t70"."s17_error_rate.whole" = 200000
            )
            AND (
              "t70"."s17_error_rate.rest" > 0
            )
          )
        )
      )
      OR (
        (
          "t70"."s18_load_time.whole" > 8000000
        )
        OR (
          (
            "t70"."s18_load_time.whole" = 8000000
          )
          AND (
            "t70"."s18_load_time.rest" > 0
          )
        )
      ),
      FALSE
    ) AS "g5_struggling",
    COALESCE("t70"."s19_tickets_opened.n" > "t70"."s20_tickets_closed.n", FALSE) AS "g6_waiting_for_help",
    COALESCE(
      "t70"."m1_aha.reached"
      AND NOT (
        "t70"."m2_habit.reached"
      )
      AND (
        "t70"."s14_idle.d" > 604800000000
      ),
      FALSE
    ) AS "g7_lapsing",
    CASE
      WHEN "t70"."m2_habit.reached"
      THEN 'regular'
      WHEN "t70"."m1_aha.reached"
      THEN 'activated'
      WHEN "t70"."s0_setup_progress.n" >= 1000000
      THEN 'builder'
      WHEN TRUE
      THEN 'newcomer'
      ELSE NULL
    END AS "stage"
  FROM (
    SELECT
      "t69"."person",
      "t69"."id",
      "t69"."now",
      "t69"."signup",
      "t69"."s1_first_report",
      "t69"."s2_last_login",
      "t69"."s3_seats_invited_over",
      "t69"."s4_reports_shared",
      "t69"."s5_team_shares",
      "t69"."s6_time_to_share",
      "t69"."s8_features_tried_s",
      "t69"."s9_last_plan_viewed_s",
      "t69"."s10_integrations_viewed",
      "t69"."s11_integrations_installed",
      "t69"."s12_days_active",
      "t69"."s14_idle",
      "t69"."s15_back_week_4",
      "t69"."s16_errors",
      "t69"."s17_error_rate_above",
      "t69"."s17_error_rate_below",
      "t69"."s18_load_time_over",
      "t69"."s18_load_time_under",
      "t69"."s19_tickets_opened",
      "t69"."s20_tickets_closed",
      "t69"."s0_setup_progress_0",
      "t69"."s0_setup_progress_1",
      "t69"."s0_setup_progress_2",
      "t69"."s7_share_after_report_start",
      "t69"."s7_share_after_report",
      "t69"."s13_report_days",
      "t69"."t0_n",
      "t69"."t0_s",
      "t69"."t0_b",
      "t69"."t0_t",
      "t69"."t0_set",
      "t69"."t0_at",
      "t69"."t1_n",
      "t69"."t1_s",
      "t69"."t1_b",
      "t69"."t1_t",
      "t69"."t1_set",
      "t69"."t1_at",
      "t69"."m0_setup",
      "t69"."m1_aha",
      "t69"."m2_habit",
      "t69"."m0_setup.reached",
      "t69"."m1_aha.reached",
      "t69"."m2_habit.reached",
      (
        CAST(COALESCE("t69"."s0_setup_progress_0" <= "t69"."now", FALSE) AS BIGINT) + CAST(COALESCE("t69"."s0_setup_progress_1" <= "t69"."now", FALSE) AS BIGINT) + CAST(COALESCE("t69"."s0_setup_progress_2" <= "t69"."now", FALSE) AS BIGINT)
      ) * 1000000 AS "s0_setup_progress.n",
      "t69"."s1_first_report" AS "s1_first_report.t",
      "t69"."s2_last_login" AS "s2_last_login.t",
      COALESCE("t69"."s3_seats_invited_over", 0) AS "s3_seats_invited.n",
      COALESCE("t69"."s4_reports_shared", 0) * 1000000 AS "s4_reports_shared.n",
      COALESCE("t69"."s5_team_shares", 0) * 1000000 AS "s5_team_shares.n",
      "t69"."s6_time_to_share" - "t69"."signup" AS "s6_time_to_share.d",
      "t69"."s7_share_after_report" - "t69"."s7_share_after_report_start" AS "s7_share_after_report.d",
      COALESCE("t69"."s8_features_tried_s", 0) * 1000000 AS "s8_features_tried.n",
      "t69"."s9_last_plan_viewed_s" AS "s9_last_plan_viewed.s",
      COALESCE("t69"."s10_integrations_viewed", 0) * 1000000 AS "s10_integrations_viewed.n",
      COALESCE("t69"."s11_integrations_installed", 0) * 1000000 AS "s11_integrations_installed.n",
      COALESCE("t69"."s12_days_active", 0) * 1000000 AS "s12_days_active.n",
      COALESCE("t69"."s13_report_days", 0) * 1000000 AS "s13_report_days.n",
      "t69"."now" - "t69"."s14_idle" AS "s14_idle.d",
      COALESCE("t69"."s15_back_week_4", 0) * 1000000 AS "s15_back_week_4.n",
      COALESCE("t69"."s16_errors", 0) * 1000000 AS "s16_errors.n",
      CASE
        WHEN (
          (
            WAYPOST_WIDE(COALESCE("t69"."s17_error_rate_above", 0) * 1000000) * 1000000
          ) < 0
        ) = (
          (
            COALESCE("t69"."s17_error_rate_below", 0) * 1000000
          ) < 0
        )
        THEN WAYPOST_DIVIDE(
          (
            WAYPOST_WIDE(ABS(WAYPOST_WIDE(COALESCE("t69"."s17_error_rate_above", 0) * 1000000) * 1000000)) * 2
          ) + WAYPOST_WIDE(NULLIF(ABS(COALESCE("t69"."s17_error_rate_below", 0) * 1000000), 0)),
          WAYPOST_WIDE(NULLIF(ABS(COALESCE("t69"."s17_error_rate_below", 0) * 1000000), 0)) * 2
        )
        ELSE -(
          WAYPOST_DIVIDE(
            (
              WAYPOST_WIDE(ABS(WAYPOST_WIDE(COALESCE("t69"."s17_error_rate_above", 0) * 1000000) * 1000000)) * 2
            ) + WAYPOST_WIDE(NULLIF(ABS(COALESCE("t69"."s17_error_rate_below", 0) * 1000000), 0)),
            WAYPOST_WIDE(NULLIF(ABS(COALESCE("t69"."s17_error_rate_below", 0) * 1000000), 0)) * 2
          )
        )
      END AS "s17_error_rate.n",
      WAYPOST_DIVIDE(
        WAYPOST_WIDE(
          CASE
            WHEN (
              COALESCE("t69"."s17_error_rate_below", 0) * 1000000
            ) > 0
            THEN WAYPOST_WIDE(COALESCE("t69"."s17_error_rate_above", 0) * 1000000) * 1000000
            ELSE -(
              WAYPOST_WIDE(COALESCE("t69"."s17_error_rate_above", 0) * 1000000) * 1000000
            )
          END
        ),
        WAYPOST_WIDE(NULLIF(ABS(COALESCE("t69"."s17_error_rate_below", 0) * 1000000), 0))
      ) AS "s17_error_rate.whole",
      WAYPOST_WIDE(
        CASE
          WHEN (
            COALESCE("t69"."s17_error_rate_below", 0) * 1000000
          ) > 0
          THEN WAYPOST_WIDE(COALESCE("t69"."s17_error_rate_above", 0) * 1000000) * 1000000
          ELSE -(
            WAYPOST_WIDE(COALESCE("t69"."s17_error_rate_above", 0) * 1000000) * 1000000
          )
        END
      ) - (
        WAYPOST_DIVIDE(
          WAYPOST_WIDE(
            CASE
              WHEN (
                COALESCE("t69"."s17_error_rate_below", 0) * 1000000
              ) > 0
              THEN WAYPOST_WIDE(COALESCE("t69"."s17_error_rate_above", 0) * 1000000) * 1000000
              ELSE -(
                WAYPOST_WIDE(COALESCE("t69"."s17_error_rate_above", 0) * 1000000) * 1000000
              )
            END
          ),
          WAYPOST_WIDE(NULLIF(ABS(COALESCE("t69"."s17_error_rate_below", 0) * 1000000), 0))
        ) * WAYPOST_WIDE(NULLIF(ABS(COALESCE("t69"."s17_error_rate_below", 0) * 1000000), 0))
      ) AS "s17_error_rate.rest",
      CASE
        WHEN (
          "t69"."s18_load_time_over" < 0
        ) = (
          "t69"."s18_load_time_under" < 0
        )
        THEN WAYPOST_DIVIDE(
          (
            WAYPOST_WIDE(ABS("t69"."s18_load_time_over")) * 2
          ) + WAYPOST_WIDE(NULLIF(ABS("t69"."s18_load_time_under"), 0)),
          WAYPOST_WIDE(NULLIF(ABS("t69"."s18_load_time_under"), 0)) * 2
        )
        ELSE -(
          WAYPOST_DIVIDE(
            (
              WAYPOST_WIDE(ABS("t69"."s18_load_time_over")) * 2
            ) + WAYPOST_WIDE(NULLIF(ABS("t69"."s18_load_time_under"), 0)),
            WAYPOST_WIDE(NULLIF(ABS("t69"."s18_load_time_under"), 0)) * 2
          )
        )
      END AS "s18_load_time.n",
      WAYPOST_DIVIDE(
        WAYPOST_WIDE(
          CASE
            WHEN "t69"."s18_load_time_under" > 0
            THEN "t69"."s18_load_time_over"
            ELSE -(
              "t69"."s18_load_time_over"
            )
          END
        ),
        WAYPOST_WIDE(NULLIF(ABS("t69"."s18_load_time_under"), 0))
      ) AS "s18_load_time.whole",
      WAYPOST_WIDE(
        CASE
          WHEN "t69"."s18_load_time_under" > 0
          THEN "t69"."s18_load_time_over"
          ELSE -(
            "t69"."s18_load_time_over"
          )
        END
      ) - (
        WAYPOST_DIVIDE(
          WAYPOST_WIDE(
            CASE
              WHEN "t69"."s18_load_time_under" > 0
              THEN "t69"."s18_load_time_over"
              ELSE -(
                "t69"."s18_load_time_over"
              )
            END
          ),
          WAYPOST_WIDE(NULLIF(ABS("t69"."s18_load_time_under"), 0))
        ) * WAYPOST_WIDE(NULLIF(ABS("t69"."s18_load_time_under"), 0))
      ) AS "s18_load_time.rest",
      COALESCE("t69"."s19_tickets_opened", 0) * 1000000 AS "s19_tickets_opened.n",
      COALESCE("t69"."s20_tickets_closed", 0) * 1000000 AS "s20_tickets_closed.n"
    FROM (
      SELECT
        "t68"."person",
        "t68"."id",
        "t68"."now",
        "t68"."signup",
        "t68"."s1_first_report",
        "t68"."s2_last_login",
        "t68"."s3_seats_invited_over",
        "t68"."s4_reports_shared",
        "t68"."s5_team_shares",
        "t68"."s6_time_to_share",
        "t68"."s8_features_tried_s",
        "t68"."s9_last_plan_viewed_s",
        "t68"."s10_integrations_viewed",
        "t68"."s11_integrations_installed",
        "t68"."s12_days_active",
        "t68"."s14_idle",
        "t68"."s15_back_week_4",
        "t68"."s16_errors",
        "t68"."s17_error_rate_above",
        "t68"."s17_error_rate_below",
        "t68"."s18_load_time_over",
        "t68"."s18_load_time_under",
        "t68"."s19_tickets_opened",
        "t68"."s20_tickets_closed",
        "t68"."s0_setup_progress_0",
        "t68"."s0_setup_progress_1",
        "t68"."s0_setup_progress_2",
        "t68"."s7_share_after_report_start",
        "t68"."s7_share_after_report",
        "t68"."s13_report_days",
        "t68"."t0_n",
        "t68"."t0_s",
        "t68"."t0_b",
        "t68"."t0_t",
        "t68"."t0_set",
        "t68"."t0_at",
        "t68"."t1_n",
        "t68"."t1_s",
        "t68"."t1_b",
        "t68"."t1_t",
        "t68"."t1_set",
        "t68"."t1_at",
        CASE WHEN "t68"."m0_setup" <= "t68"."now" THEN "t68"."m0_setup" ELSE NULL END AS "m0_setup",
        CASE WHEN "t68"."m1_aha" <= "t68"."now" THEN "t68"."m1_aha" ELSE NULL END AS "m1_aha",
        CASE WHEN "t68"."m2_habit" <= "t68"."now" THEN "t68"."m2_habit" ELSE NULL END AS "m2_habit",
        CASE WHEN "t68"."m0_setup" <= "t68"."now" THEN "t68"."m0_setup" ELSE NULL END IS NOT NULL AS "m0_setup.reached",
        CASE WHEN "t68"."m1_aha" <= "t68"."now" THEN "t68"."m1_aha" ELSE NULL END IS NOT NULL AS "m1_aha.reached",
        CASE WHEN "t68"."m2_habit" <= "t68"."now" THEN "t68"."m2_habit" ELSE NULL END IS NOT NULL AS "m2_habit.reached"
      FROM (
        SELECT
          "t35"."person",
          "t35"."id",
          "t35"."now",
          "t35"."signup",
          "t47"."s1_first_report",
          "t47"."s2_last_login",
          "t47"."s3_seats_invited_over",
          "t47"."s4_reports_shared",
          "t47"."s5_team_shares",
          "t47"."s6_time_to_share",
          "t47"."s8_features_tried_s",
          "t47"."s9_last_plan_viewed_s",
          "t47"."s10_integrations_viewed",
          "t47"."s11_integrations_installed",
          "t47"."s12_days_active",
          "t47"."s14_idle",
          "t47"."s15_back_week_4",
          "t47"."s16_errors",
          "t47"."s17_error_rate_above",
          "t47"."s17_error_rate_below",
          "t47"."s18_load_time_over",
          "t47"."s18_load_time_under",
          "t47"."s19_tickets_opened",
          "t47"."s20_tickets_closed",
          "t67"."s0_setup_progress_0",
          "t67"."s0_setup_progress_1",
          "t67"."s0_setup_progress_2",
          "t43"."s7_share_after_report_start",
          "t57"."s7_share_after_report",
          "t48"."s13_report_days",
          "t21"."t0_n",
          "t21"."t0_s",
          "t21"."t0_b",
          "t21"."t0_t",
          "t21"."t0_set",
          "t21"."t0_at",
          "t22"."t1_n",
          "t22"."t1_s",
          "t22"."t1_b",
          "t22"."t1_t",
          "t22"."t1_set",
          "t22"."t1_at",
          "t12"."m0_setup",
          "t13"."m1_aha",
          "t14"."m2_habit"
        FROM (
          SELECT
            "t9"."person",
            "t9"."id",
            WAYPOST_NOW() AS "now",
            CASE WHEN "t9"."signup" <= WAYPOST_NOW() THEN "t9"."signup" ELSE NULL END AS "signup"
          FROM (
            SELECT
              *
            FROM "people" AS "t0"
            WHERE
              "t0"."born" <= WAYPOST_NOW()
          ) AS "t9"
        ) AS "t35"
        LEFT OUTER JOIN (
          SELECT
            "t40"."person" AS "key_0",
            "t40"."s1_first_report",
            "t40"."s2_last_login",
            "t40"."s3_seats_invited_over",
            "t40"."s4_reports_shared",
            "t40"."s5_team_shares",
            "t40"."s6_time_to_share",
            "t40"."s8_features_tried_s",
            "t40"."s9_last_plan_viewed_s",
            "t40"."s10_integrations_viewed",
            "t40"."s11_integrations_installed",
            "t40"."s12_days_active",
            "t40"."s14_idle",
            "t40"."s15_back_week_4",
            "t40"."s16_errors",
            "t40"."s17_error_rate_above",
            "t40"."s17_error_rate_below",
            "t40"."s18_load_time_over",
            "t40"."s18_load_time_under",
            "t40"."s19_tickets_opened",
            "t40"."s20_tickets_closed"
          FROM (
            SELECT
              "t15"."person",
              MIN("t15"."at") FILTER(WHERE
                "t15"."label" = 'report_created') AS "s1_first_report",
              MAX("t15"."at") FILTER(WHERE
                "t15"."label" = 'login') AS "s2_last_login",
              SUM("t15"."p0_n") FILTER(WHERE
                (
                  "t15"."label" = 'invite_sent'
                )
                AND (
                  (
                    "t15"."lapse" >= 0
                  ) AND (
                    "t15"."lapse" < 1209600000000
                  )
                )
                AND (
                  "t15"."p0_n" IS NOT NULL
                )) AS "s3_seats_invited_over",
              COUNT("t15"."at") FILTER(WHERE
                "t15"."label" = 'report_shared') AS "s4_reports_shared",
              COUNT("t15"."at") FILTER(WHERE
                (
                  "t15"."label" = 'report_shared'
                ) AND COALESCE("t15"."p1_s" = 'team', FALSE)) AS "s5_team_shares",
              MIN("t15"."at") FILTER(WHERE
                (
                  "t15"."label" = 'report_shared'
                ) AND (
                  "t15"."lapse" >= 0
                )) AS "s6_time_to_share",
              COUNT(DISTINCT "t15"."p2_s") FILTER(WHERE
                (
                  "t15"."label" = 'feature_used'
                )
                AND (
                  "t15"."at" > (
                    WAYPOST_NOW() - 604800000000
                  )
                )) AS "s8_features_tried_s",
              ARG_MAX("t15"."p3_s", "t15"."place") FILTER(WHERE
                (
                  "t15"."label" = 'plan_viewed'
                ) AND (
                  "t15"."p3_s" IS NOT NULL
                )) AS "s9_last_plan_viewed_s",
              COUNT("t15"."at") FILTER(WHERE
                (
                  "t15"."label" = 'integrations_viewed'
                )
                AND (
                  "t15"."at" > (
                    WAYPOST_NOW() - 604800000000
                  )
                )) AS "s10_integrations_viewed",
              COUNT("t15"."at") FILTER(WHERE
                "t15"."label" = 'integration_installed') AS "s11_integrations_installed",
              WAYPOST_BITS(
                BIT_OR(
                  WAYPOST_BIT(
                    "t15"."day" - (
                      WAYPOST_DIVIDE(WAYPOST_NOW() - 1209600000000, 86400000000) - 3
                    )
                  )
                ) FILTER(WHERE
                  "t15"."product" AND (
                    "t15"."at" > (
                      WAYPOST_NOW() - 1209600000000
                    )
                  ))
              ) AS "s12_days_active",
              MAX("t15"."at") FILTER(WHERE
                "t15"."product") AS "s14_idle",
              COUNT("t15"."at") FILTER(WHERE
                "t15"."product"
                AND (
                  (
                    "t15"."lapse" >= 1814400000000
                  ) AND (
                    "t15"."lapse" < 2419200000000
                  )
                )) AS "s15_back_week_4",
              COUNT("t15"."at") FILTER(WHERE
                (
                  "t15"."label" = 'error_shown'
                )
                AND (
                  "t15"."at" > (
                    WAYPOST_NOW() - 86400000000
                  )
                )) AS "s16_errors",
              COUNT("t15"."at") FILTER(WHERE
                (
                  "t15"."label" = 'error_shown'
                )
                AND (
                  "t15"."at" > (
                    WAYPOST_NOW() - 86400000000
                  )
                )) AS "s17_error_rate_above",
              COUNT("t15"."at") FILTER(WHERE
                "t15"."product" AND (
                  "t15"."at" > (
                    WAYPOST_NOW() - 86400000000
                  )
                )) AS "s17_error_rate_below",
              SUM("t15"."p4_n") FILTER(WHERE
                (
                  "t15"."label" = 'report_viewed'
                )
                AND (
                  "t15"."p4_n" IS NOT NULL
                )
                AND (
                  "t15"."at" > (
                    WAYPOST_NOW() - 604800000000
                  )
                )) AS "s18_load_time_over",
              SUM(CAST("t15"."p4_n" IS NOT NULL AS BIGINT)) FILTER(WHERE
                (
                  "t15"."label" = 'report_viewed'
                )
                AND (
                  "t15"."p4_n" IS NOT NULL
                )
                AND (
                  "t15"."at" > (
                    WAYPOST_NOW() - 604800000000
                  )
                )) AS "s18_load_time_under",
              COUNT("t15"."at") FILTER(WHERE
                (
                  "t15"."label" = 'ticket_opened'
                )
                AND COALESCE("t15"."source" = 'support', FALSE)) AS "s19_tickets_opened",
              COUNT("t15"."at") FILTER(WHERE
                (
                  "t15"."label" = 'ticket_closed'
                )
                AND COALESCE("t15"."source" = 'support', FALSE)) AS "s20_tickets_closed"
            FROM (
              SELECT
                *
              FROM "events" AS "t5"
              WHERE
                "t5"."at" <= WAYPOST_NOW()
            ) AS "t15"
            GROUP BY
              1
          ) AS "t40"
        ) AS "t47"
          ON "t35"."person" = "t47"."key_0"
        LEFT OUTER JOIN (
          SELECT
            "t65"."person" AS "key_1",
            "t65"."s0_setup_progress_0",
            "t65"."s0_setup_progress_1",
            "t65"."s0_setup_progress_2"
          FROM (
            SELECT
              "t37"."person",
              "t37"."s0_setup_progress_0",
              "t56"."s0_setup_progress_1",
              "t64"."s0_setup_progress_2"
            FROM "t27" AS "t37"
            LEFT OUTER JOIN (
              SELECT
                "t52"."person" AS "key_0",
                "t52"."s0_setup_progress_1"
              FROM (
                SELECT
                  "t50"."person",
                  MIN("t50"."at") AS "s0_setup_progress_1"
                FROM (
                  SELECT
                    *
                  FROM (
                    SELECT
                      "t29"."person",
                      "t29"."at",
                      "t38"."s0_setup_progress_0"
                    FROM (
                      SELECT
                        "t20"."person",
                        "t20"."at"
                      FROM (
                        SELECT
                          *
                        FROM "events" AS "t5"
                        WHERE
                          "t5"."at" <= WAYPOST_NOW() AND "t5"."label" = 'source_connected'
                      ) AS "t20"
                    ) AS "t29"
                    INNER JOIN "t27" AS "t38"
                      ON "t29"."person" = "t38"."person"
                  ) AS "t46"
                  WHERE
                    "t46"."at" >= "t46"."s0_setup_progress_0"
                ) AS "t50"
                GROUP BY
                  1
              ) AS "t52"
            ) AS "t56"
              ON "t37"."person" = "t56"."key_0"
            LEFT OUTER JOIN (
              SELECT
                "t62"."person" AS "key_0",
                "t62"."s0_setup_progress_2"
              FROM (
                SELECT
                  "t61"."person",
                  MIN("t61"."at") AS "s0_setup_progress_2"
                FROM (
                  SELECT
                    *
                  FROM (
                    SELECT
                      "t33"."person",
                      "t33"."at",
                      "t59"."s0_setup_progress_0",
                      "t59"."s0_setup_progress_1"
                    FROM (
                      SELECT
                        "t23"."person",
                        "t23"."at"
                      FROM "t17" AS "t23"
                    ) AS "t33"
                    INNER JOIN (
                      SELECT
                        "t37"."person",
                        "t37"."s0_setup_progress_0",
                        "t56"."s0_setup_progress_1"
                      FROM "t27" AS "t37"
                      LEFT OUTER JOIN (
                        SELECT
                          "t52"."person" AS "key_0",
                          "t52"."s0_setup_progress_1"
                        FROM (
                          SELECT
                            "t50"."person",
                            MIN("t50"."at") AS "s0_setup_progress_1"
                          FROM (
                            SELECT
                              *
                            FROM (
                              SELECT
                                "t29"."person",
                                "t29"."at",
                                "t38"."s0_setup_progress_0"
                              FROM (
                                SELECT
                                  "t20"."person",
                                  "t20"."at"
                                FROM (
                                  SELECT
                                    *
                                  FROM "events" AS "t5"
                                  WHERE
                                    "t5"."at" <= WAYPOST_NOW() AND "t5"."label" = 'source_connected'
                                ) AS "t20"
                              ) AS "t29"
                              INNER JOIN "t27" AS "t38"
                                ON "t29"."person" = "t38"."person"
                            ) AS "t46"
                            WHERE
                              "t46"."at" >= "t46"."s0_setup_progress_0"
                          ) AS "t50"
                          GROUP BY
                            1
                        ) AS "t52"
                      ) AS "t56"
                        ON "t37"."person" = "t56"."key_0"
                    ) AS "t59"
                      ON "t33"."person" = "t59"."person"
                  ) AS "t60"
                  WHERE
                    "t60"."at" >= "t60"."s0_setup_progress_1"
                ) AS "t61"
                GROUP BY
                  1
              ) AS "t62"
            ) AS "t64"
              ON "t37"."person" = "t64"."key_0"
          ) AS "t65"
        ) AS "t67"
          ON "t35"."person" = "t67"."key_1"
        LEFT OUTER JOIN (
          SELECT
            "t36"."person" AS "key_2",
            "t36"."s7_share_after_report_start"
          FROM "t32" AS "t36"
        ) AS "t43"
          ON "t35"."person" = "t43"."key_2"
        LEFT OUTER JOIN (
          SELECT
            "t53"."person" AS "key_3",
            "t53"."s7_share_after_report"
          FROM (
            SELECT
              "t51"."person",
              MIN("t51"."at") AS "s7_share_after_report"
            FROM (
              SELECT
                *
              FROM (
                SELECT
                  "t28"."person",
                  "t28"."at",
                  "t39"."s7_share_after_report_start"
                FROM (
                  SELECT
                    "t19"."person",
                    "t19"."at"
                  FROM (
                    SELECT
                      *
                    FROM "events" AS "t5"
                    WHERE
                      "t5"."at" <= WAYPOST_NOW() AND "t5"."label" = 'report_shared'
                  ) AS "t19"
                ) AS "t28"
                INNER JOIN "t32" AS "t39"
                  ON "t28"."person" = "t39"."person"
              ) AS "t49"
              WHERE
                "t49"."at" >= "t49"."s7_share_after_report_start"
            ) AS "t51"
            GROUP BY
              1
          ) AS "t53"
        ) AS "t57"
          ON "t35"."person" = "t57"."key_3"
        LEFT OUTER JOIN (
          SELECT
            "t41"."person" AS "key_4",
            "t41"."s13_report_days"
          FROM (
            SELECT
              "t31"."person",
              MAX("t31"."s13_report_days") AS "s13_report_days"
            FROM (
              SELECT
                "t16"."person",
                "t16"."at",
                COUNT(DISTINCT "t16"."day") OVER (
                  PARTITION BY "t16"."person"
                  ORDER BY "t16"."at" ASC
                  RANGE BETWEEN 604799999999 preceding AND CURRENT ROW
                ) AS "s13_report_days"
              FROM (
                SELECT
                  *
                FROM "events" AS "t5"
                WHERE
                  "t5"."at" <= WAYPOST_NOW() AND "t5"."label" = 'report_viewed'
              ) AS "t16"
            ) AS "t31"
            GROUP BY
              1
          ) AS "t41"
        ) AS "t48"
          ON "t35"."person" = "t48"."key_4"
        LEFT OUTER JOIN (
          SELECT
            "t1"."person" AS "key_5",
            "t1"."until" AS "key_5_until",
            "t1"."at" AS "key_5_from",
            "t1"."n" AS "t0_n",
            "t1"."s" AS "t0_s",
            "t1"."b" AS "t0_b",
            "t1"."t" AS "t0_t",
            "t1"."set" AS "t0_set",
            CASE WHEN "t1"."told" THEN "t1"."at" ELSE NULL END AS "t0_at"
          FROM "traits" AS "t1"
          WHERE
            "t1"."trait" = 0
        ) AS "t21"
          ON "t35"."person" = "t21"."key_5"
          AND "t21"."key_5_from" <= "t35"."now"
          AND "t35"."now" < "t21"."key_5_until"
        LEFT OUTER JOIN (
          SELECT
            "t1"."person" AS "key_6",
            "t1"."until" AS "key_6_until",
            "t1"."at" AS "key_6_from",
            "t1"."n" AS "t1_n",
            "t1"."s" AS "t1_s",
            "t1"."b" AS "t1_b",
            "t1"."t" AS "t1_t",
            "t1"."set" AS "t1_set",
            CASE WHEN "t1"."told" THEN "t1"."at" ELSE NULL END AS "t1_at"
          FROM "traits" AS "t1"
          WHERE
            "t1"."trait" = 1
        ) AS "t22"
          ON "t35"."person" = "t22"."key_6"
          AND "t22"."key_6_from" <= "t35"."now"
          AND "t35"."now" < "t22"."key_6_until"
        LEFT OUTER JOIN (
          SELECT
            "t2"."person" AS "key_7",
            "t2"."reached" AS "m0_setup"
          FROM "reached_0" AS "t2"
        ) AS "t12"
          ON "t35"."person" = "t12"."key_7"
        LEFT OUTER JOIN (
          SELECT
            "t3"."person" AS "key_8",
            "t3"."reached" AS "m1_aha"
          FROM "reached_1" AS "t3"
        ) AS "t13"
          ON "t35"."person" = "t13"."key_8"
        LEFT OUTER JOIN (
          SELECT
            "t4"."person" AS "key_9",
            "t4"."reached" AS "m2_habit"
          FROM "reached_2" AS "t4"
        ) AS "t14"
          ON "t35"."person" = "t14"."key_9"
      ) AS "t68"
    ) AS "t69"
  ) AS "t70"
  WHERE
    "t70"."signup" IS NOT NULL
) AS "t71"
GROUP BY
  1
