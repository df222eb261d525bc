WITH "t7" AS (
  SELECT
    "t4"."person",
    MIN("t4"."at") AS "s0_setup_progress_0"
  FROM (
    SELECT
      *
    FROM "events" AS "t1"
    WHERE
      "t1"."label" = 'workspace_created'
  ) AS "t4"
  GROUP BY
    1
)
SELECT
  "t19"."person",
  "t19"."reached"
FROM (
  SELECT
    "t18"."person",
    "t3"."signup",
    GREATEST("t18"."first", "t3"."signup") AS "reached"
  FROM (
    SELECT
      "t16"."person",
      "t16"."s0_setup_progress_1" AS "first"
    FROM (
      SELECT
        "t9"."person",
        "t9"."s0_setup_progress_0",
        "t15"."s0_setup_progress_1"
      FROM "t7" AS "t9"
      LEFT OUTER JOIN (
        SELECT
          "t13"."person" AS "key_0",
          "t13"."s0_setup_progress_1"
        FROM (
          SELECT
            "t12"."person",
            MIN("t12"."at") AS "s0_setup_progress_1"
          FROM (
            SELECT
              *
            FROM (
              SELECT
                "t6"."person",
                "t6"."at",
                "t10"."s0_setup_progress_0"
              FROM (
                SELECT
                  "t1"."person",
                  "t1"."at"
                FROM "events" AS "t1"
                WHERE
                  "t1"."label" = 'source_connected'
              ) AS "t6"
              INNER JOIN "t7" AS "t10"
                ON "t6"."person" = "t10"."person"
            ) AS "t11"
            WHERE
              "t11"."at" >= "t11"."s0_setup_progress_0"
          ) AS "t12"
          GROUP BY
            1
        ) AS "t13"
      ) AS "t15"
        ON "t9"."person" = "t15"."key_0"
    ) AS "t16"
    WHERE
      "t16"."s0_setup_progress_1" IS NOT NULL
  ) AS "t18"
  INNER JOIN (
    SELECT
      "t0"."person",
      "t0"."signup"
    FROM "people" AS "t0"
  ) AS "t3"
    ON "t18"."person" = "t3"."person"
) AS "t19"
WHERE
  COALESCE((
    "t19"."reached" - "t19"."signup"
  ) < 604800000000, FALSE)
