SELECT
  "t7"."person",
  "t7"."reached"
FROM (
  SELECT
    "t6"."person",
    "t4"."signup",
    GREATEST("t6"."first", "t4"."signup") AS "reached"
  FROM (
    SELECT
      "t3"."person",
      MIN("t3"."at") AS "first"
    FROM (
      SELECT
        "t0"."person",
        "t0"."at"
      FROM "events" AS "t0"
      WHERE
        "t0"."label" = 'report_shared'
    ) AS "t3"
    GROUP BY
      1
  ) AS "t6"
  INNER JOIN (
    SELECT
      "t1"."person",
      "t1"."signup"
    FROM "people" AS "t1"
  ) AS "t4"
    ON "t6"."person" = "t4"."person"
) AS "t7"
WHERE
  COALESCE((
    "t7"."reached" - "t7"."signup"
  ) < 1209600000000, FALSE)
