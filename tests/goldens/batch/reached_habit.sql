SELECT
  "t4"."person",
  "t4"."first" AS "reached"
FROM (
  SELECT
    "t3"."person",
    MIN("t3"."at") AS "first"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        "t1"."person",
        "t1"."at",
        COUNT(DISTINCT "t1"."day") OVER (
          PARTITION BY "t1"."person"
          ORDER BY "t1"."at" ASC
          RANGE BETWEEN 604799999999 preceding AND CURRENT ROW
        ) AS "s13_report_days"
      FROM (
        SELECT
          *
        FROM "events" AS "t0"
        WHERE
          "t0"."label" = 'report_viewed'
      ) AS "t1"
    ) AS "t2"
    WHERE
      "t2"."s13_report_days" >= 3
  ) AS "t3"
  GROUP BY
    1
) AS "t4"
