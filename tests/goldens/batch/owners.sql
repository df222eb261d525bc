SELECT
  *
FROM (
  SELECT
    "t1"."anonymous_id",
    "t1"."person",
    -4611686018427387904 AS "start",
    "t1"."at" AS "until"
  FROM (
    SELECT
      "t0"."anonymous_id",
      "t0"."person",
      "t0"."at",
      "t0"."message_id",
      ROW_NUMBER() OVER (
        PARTITION BY "t0"."anonymous_id"
        ORDER BY "t0"."at" ASC, "t0"."message_id" ASC
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) - 1 AS "rank"
    FROM "claims" AS "t0"
  ) AS "t1"
  WHERE
    "t1"."rank" = 0
) AS "t3"
UNION ALL
SELECT
  *
FROM (
  SELECT
    "t6"."anonymous_id",
    "t6"."person",
    "t6"."at" AS "start",
    COALESCE(
      LEAD("t6"."at", 1) OVER (
        PARTITION BY "t6"."anonymous_id"
        ORDER BY "t6"."at" ASC
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ),
      4611686018427387904
    ) AS "until"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        "t4"."anonymous_id",
        "t4"."person",
        "t4"."at",
        "t4"."message_id",
        "t4"."rank",
        "t4"."person" IS NOT DISTINCT FROM LAG("t4"."person", 1) OVER (
          PARTITION BY "t4"."anonymous_id"
          ORDER BY "t4"."at" ASC
          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) AS "same"
      FROM (
        SELECT
          *
        FROM (
          SELECT
            "t0"."anonymous_id",
            "t0"."person",
            "t0"."at",
            "t0"."message_id",
            ROW_NUMBER() OVER (
              PARTITION BY "t0"."anonymous_id", "t0"."at"
              ORDER BY "t0"."message_id" DESC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) - 1 AS "rank"
          FROM "claims" AS "t0"
        ) AS "t2"
        WHERE
          "t2"."rank" = 0
      ) AS "t4"
    ) AS "t5"
    WHERE
      NOT (
        "t5"."same"
      )
  ) AS "t6"
) AS "t7"
