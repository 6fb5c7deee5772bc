DROP TABLE IF EXISTS "sluice_staging"."suspect_00000000000000000000000000000000", "sluice_staging"."fault_00000000000000000000000000000000", "sluice_staging"."ready_00000000000000000000000000000000";

CREATE UNLOGGED TABLE "sluice_staging"."fault_00000000000000000000000000000000" (
    record bigint NOT NULL,
    column_no int,
    code text NOT NULL,
    detail text
);

CREATE UNLOGGED TABLE "sluice_staging"."suspect_00000000000000000000000000000000" AS
SELECT s.record
  FROM "sluice_staging"."raw_00000000000000000000000000000000" s
 WHERE CASE WHEN (NOT s."c1" = '' AND (octet_length(s."c1") <= 2 AND NOT s."c1" !~ '^[A-Z]{2}$'))
   AND (NOT s."c2" = '' AND (octet_length(s."c2") <= 100)) THEN false ELSE true END;

ANALYZE "sluice_staging"."suspect_00000000000000000000000000000000";

INSERT INTO "sluice_staging"."fault_00000000000000000000000000000000" (record, column_no, code, detail)
SELECT s.record, f.column_no, split_part(e.fault, ' ', 1),
       NULLIF(substr(e.fault, strpos(e.fault || ' ', ' ') + 1), '')
  FROM "sluice_staging"."suspect_00000000000000000000000000000000" x
  JOIN "sluice_staging"."raw_00000000000000000000000000000000" s ON s.record = x.record
 CROSS JOIN LATERAL (VALUES
       (0, CASE WHEN s."c1" = '' THEN ARRAY['required'] ELSE ARRAY[CASE WHEN char_length(s."c1") > 2 THEN 'too_long' END, CASE WHEN s."c1" !~ '^[A-Z]{2}$' THEN 'pattern 0' END] END),
       (1, ARRAY[CASE WHEN s."c2" = '' THEN 'required' WHEN char_length(s."c2") > 100 THEN 'too_long' END])) AS f (column_no, faults)
 CROSS JOIN LATERAL unnest(f.faults) AS e (fault)
 WHERE e.fault IS NOT NULL;

ANALYZE "sluice_staging"."fault_00000000000000000000000000000000";

CREATE UNLOGGED TABLE "sluice_staging"."ready_00000000000000000000000000000000" AS
SELECT * FROM (
SELECT s.record,
       CAST(s."c1" AS text) AS "v1",
       CAST(s."c2" AS text) AS "v2"
  FROM "sluice_staging"."raw_00000000000000000000000000000000" s
 WHERE NOT EXISTS (SELECT FROM "sluice_staging"."fault_00000000000000000000000000000000" f WHERE f.record = s.record)
 UNION ALL
SELECT s.record,
       CASE WHEN 0 = ANY (f.faulty) THEN NULL ELSE CAST(s."c1" AS text) END AS "v1",
       CASE WHEN 1 = ANY (f.faulty) THEN NULL ELSE CAST(s."c2" AS text) END AS "v2"
  FROM "sluice_staging"."raw_00000000000000000000000000000000" s
  JOIN (SELECT record, array_agg(column_no) AS faulty
          FROM "sluice_staging"."fault_00000000000000000000000000000000"
         GROUP BY record) f ON f.record = s.record) typed
 ORDER BY "v1" COLLATE "C";

INSERT INTO "sluice_staging"."fault_00000000000000000000000000000000" (record, column_no, code, detail)
SELECT r.record, 0, 'duplicate_in_file', CAST(d.first AS text)
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
  JOIN (SELECT "v1", min(record) AS first
          FROM "sluice_staging"."ready_00000000000000000000000000000000"
         GROUP BY "v1"
        HAVING count(*) > 1) d ON r."v1" = d."v1"
 WHERE r.record > d.first;

INSERT INTO "sluice_staging"."fault_00000000000000000000000000000000" (record, column_no, code)
SELECT r.record, 0, 'already_exists'
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
 WHERE EXISTS (SELECT FROM "airports_country" t WHERE t."code" = "r"."v1");

DELETE FROM "sluice_staging"."ready_00000000000000000000000000000000" r USING "sluice_staging"."fault_00000000000000000000000000000000" f WHERE r.record = f.record;

ANALYZE "sluice_staging"."ready_00000000000000000000000000000000";

DROP TABLE IF EXISTS "sluice_staging"."review_00000000000000000000000000000000";

CREATE UNLOGGED TABLE "sluice_staging"."review_00000000000000000000000000000000" AS
SELECT r.record, r.ctid AS place, 'new' AS kind, hashtextextended('new', r.record) AS mark
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r;

CREATE INDEX ON "sluice_staging"."review_00000000000000000000000000000000" (kind, record);

ANALYZE "sluice_staging"."review_00000000000000000000000000000000";

SELECT count(*) FILTER (WHERE x.kind = 'new'), count(*) FILTER (WHERE x.kind = 'changed'),
       count(*) FILTER (WHERE x.kind = 'unchanged'), CAST(coalesce(sum(x.mark), 0) AS text)
  FROM "sluice_staging"."review_00000000000000000000000000000000" x;

SELECT count(*), count(*) FILTER (WHERE t."id" IS NULL), count(*) FILTER (WHERE false)
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
  LEFT JOIN "airports_country" t ON t."code" = "r"."v1";

INSERT INTO "airports_country" ("code", "name")
SELECT r."v1", r."v2"
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
 WHERE r.ctid >= '(0,0)' AND r.ctid < '(256,0)'
 ORDER BY r.ctid
    ON CONFLICT DO NOTHING;

INSERT INTO "sluice_staging"."fault_00000000000000000000000000000000" (record, column_no, code)
SELECT r.record, 0, 'conflict'
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
 WHERE NOT EXISTS (
       SELECT FROM "airports_country" t
        WHERE t."code" = "r"."v1"
          AND t.xmin = pg_current_xact_id()::xid);

SELECT count(*)
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
  JOIN "airports_country" t ON t."code" = "r"."v1"
 WHERE false;
