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
 WHERE CASE WHEN (NOT s."c1" = '' AND (octet_length(s."c1") <= 3))
   AND (NOT s."c2" = '' AND ((CASE WHEN s."c2" = '' THEN 'required' END IS NULL AND s."c2" = btrim(s."c2", E' \t\r\n\f\x0b'))))
   AND (NOT s."c3" = '' AND ((CASE WHEN s."c3" = '' THEN 'required' END IS NULL AND s."c3" = btrim(s."c3", E' \t\r\n\f\x0b'))))
   AND (s."c4" = '' OR CASE WHEN (s."c4" !~ '[^0-9-]' AND pg_input_is_valid(s."c4", 'int2')) THEN NOT CAST(s."c4" AS numeric) < CAST('0' AS numeric) ELSE false END) THEN false ELSE true END;

ANALYZE "sluice_staging"."suspect_00000000000000000000000000000000";

INSERT INTO "sluice_staging"."fault_00000000000000000000000000000000" (record, column_no, code, detail)
SELECT s.record, f.column_no, split_part(e.fault, ' ', 1),
       NULLIF(substr(e.fault, strpos(e.fault || ' ', ' ') + 1), '')
  FROM "sluice_staging"."suspect_00000000000000000000000000000000" x
  JOIN (SELECT s.record, s."c1" AS "c1", btrim(s."c2", E' \t\r\n\f\x0b') AS "c2", btrim(s."c3", E' \t\r\n\f\x0b') AS "c3", btrim(s."c4", E' \t\r\n\f\x0b') AS "c4" FROM "sluice_staging"."raw_00000000000000000000000000000000" s) s ON s.record = x.record
 CROSS JOIN LATERAL (VALUES
       (0, ARRAY[CASE WHEN s."c1" = '' THEN 'required' WHEN char_length(s."c1") > 3 THEN 'too_long' END]),
       (1, ARRAY[CASE WHEN s."c2" = '' THEN 'required' END]),
       (2, ARRAY[CASE WHEN s."c3" = '' THEN 'required' END]),
       (3, ARRAY[CASE WHEN s."c4" = '' THEN CAST(NULL AS text) WHEN s."c4" !~ '^[+-]?([0-9]+)$' THEN 'not_a_whole_number' WHEN NOT pg_input_is_valid(s."c4", 'int2') THEN 'out_of_range' WHEN CAST(s."c4" AS numeric) < CAST('0' AS numeric) THEN 'too_small' END])) AS f (column_no, faults)
 CROSS JOIN LATERAL unnest(f.faults) AS e (fault)
 WHERE e.fault IS NOT NULL;

ANALYZE "sluice_staging"."fault_00000000000000000000000000000000";

CREATE UNLOGGED TABLE "sluice_staging"."ready_00000000000000000000000000000000" AS
SELECT * FROM (
SELECT s.record,
       CAST(s."c1" AS text) AS "v1",
       "p2".pk AS "v2",
       "p3".pk AS "v3",
       CASE WHEN s."c4" = '' THEN CAST('0' AS int2) ELSE CAST(s."c4" AS int2) END AS "v4"
  FROM "sluice_staging"."raw_00000000000000000000000000000000" s
  LEFT JOIN (SELECT p."id" AS pk, p."iata" AS "k1" FROM "airports_airport" p WHERE true) "p2" ON "p2"."k1" = s."c2"
  LEFT JOIN (SELECT p."id" AS pk, p."iata" AS "k1" FROM "airports_airport" p WHERE true) "p3" ON "p3"."k1" = s."c3"
 WHERE NOT EXISTS (SELECT FROM "sluice_staging"."fault_00000000000000000000000000000000" f WHERE f.record = s.record)
 UNION ALL
SELECT s.record,
       CASE WHEN 0 = ANY (f.faulty) THEN NULL ELSE CAST(s."c1" AS text) END AS "v1",
       CASE WHEN 1 = ANY (f.faulty) THEN NULL ELSE "p2".pk END AS "v2",
       CASE WHEN 2 = ANY (f.faulty) THEN NULL ELSE "p3".pk END AS "v3",
       CASE WHEN 3 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c4" = '' THEN CAST('0' AS int2) ELSE CAST(s."c4" AS int2) END END AS "v4"
  FROM "sluice_staging"."raw_00000000000000000000000000000000" s
  JOIN (SELECT record, array_agg(column_no) AS faulty
          FROM "sluice_staging"."fault_00000000000000000000000000000000"
         GROUP BY record) f ON f.record = s.record
  LEFT JOIN (SELECT p."id" AS pk, p."iata" AS "k1" FROM "airports_airport" p WHERE true) "p2" ON "p2"."k1" = s."c2"
  LEFT JOIN (SELECT p."id" AS pk, p."iata" AS "k1" FROM "airports_airport" p WHERE true) "p3" ON "p3"."k1" = s."c3") typed
 ORDER BY "v1" COLLATE "C", "v2", "v3";

INSERT INTO "sluice_staging"."fault_00000000000000000000000000000000" (record, column_no, code)
SELECT r.record, 1, 'unknown_reference'
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
  JOIN "sluice_staging"."raw_00000000000000000000000000000000" s ON s.record = r.record
 WHERE r."v2" IS NULL AND NOT s."c2" = ''
   AND NOT EXISTS (
       SELECT FROM "sluice_staging"."fault_00000000000000000000000000000000" f WHERE f.record = r.record AND f.column_no = 1);

INSERT INTO "sluice_staging"."fault_00000000000000000000000000000000" (record, column_no, code)
SELECT r.record, 2, 'unknown_reference'
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
  JOIN "sluice_staging"."raw_00000000000000000000000000000000" s ON s.record = r.record
 WHERE r."v3" IS NULL AND NOT s."c3" = ''
   AND NOT EXISTS (
       SELECT FROM "sluice_staging"."fault_00000000000000000000000000000000" f WHERE f.record = r.record AND f.column_no = 2);

INSERT INTO "sluice_staging"."fault_00000000000000000000000000000000" (record, column_no, code, detail)
SELECT r.record, NULL, 'duplicate_in_file', CAST(d.first AS text)
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
  JOIN (SELECT "v1", "v2", "v3", min(record) AS first
          FROM "sluice_staging"."ready_00000000000000000000000000000000"
         GROUP BY "v1", "v2", "v3"
        HAVING count(*) > 1) d ON r."v1" = d."v1" AND r."v2" = d."v2" AND r."v3" = d."v3"
 WHERE r.record > d.first;

DELETE FROM "sluice_staging"."ready_00000000000000000000000000000000" r USING "sluice_staging"."fault_00000000000000000000000000000000" f WHERE r.record = f.record;

ANALYZE "sluice_staging"."ready_00000000000000000000000000000000";

DROP TABLE IF EXISTS "sluice_staging"."review_00000000000000000000000000000000";

CREATE UNLOGGED TABLE "sluice_staging"."review_00000000000000000000000000000000" AS
SELECT r.record, r.ctid AS place, k.kind,
       hashtextextended(
           CASE k.kind WHEN 'changed' THEN CAST(ROW(t."id", t."stops") AS text) ELSE k.kind END, r.record
       ) AS mark
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
  LEFT JOIN "airports_route" t ON t."airline" = "r"."v1" AND t."origin_id" = "r"."v2" AND t."destination_id" = "r"."v3"
 CROSS JOIN LATERAL (
       SELECT CASE WHEN t."id" IS NULL THEN 'new' WHEN ROW(t."stops") IS DISTINCT FROM ROW(r."v4") THEN 'changed' ELSE 'unchanged' END
              AS kind) k;

CREATE INDEX ON "sluice_staging"."review_00000000000000000000000000000000" (kind, record);

ANALYZE "sluice_staging"."review_00000000000000000000000000000000";

SELECT count(*) FILTER (WHERE x.kind = 'new'), count(*) FILTER (WHERE x.kind = 'changed'),
       count(*) FILTER (WHERE x.kind = 'unchanged'), CAST(coalesce(sum(x.mark), 0) AS text)
  FROM "sluice_staging"."review_00000000000000000000000000000000" x;

SELECT CAST(coalesce(sum(hashtextextended(CAST(p AS text), 0)), 0) AS text)
  FROM (SELECT p."id" AS pk, p."iata" AS "k1" FROM "airports_airport" p WHERE true) p
 WHERE p.pk IN (SELECT r."v2" FROM "sluice_staging"."ready_00000000000000000000000000000000" r);

SELECT CAST(coalesce(sum(hashtextextended(CAST(p AS text), 0)), 0) AS text)
  FROM (SELECT p."id" AS pk, p."iata" AS "k1" FROM "airports_airport" p WHERE true) p
 WHERE p.pk IN (SELECT r."v3" FROM "sluice_staging"."ready_00000000000000000000000000000000" r);

WITH present AS (
    SELECT p."id" AS pk
      FROM "airports_airport" p
     WHERE p."id" IN (SELECT r."v2" FROM "sluice_staging"."ready_00000000000000000000000000000000" r)
       FOR KEY SHARE)
INSERT INTO "sluice_staging"."fault_00000000000000000000000000000000" (record, column_no, code)
SELECT r.record, 1, 'reference_vanished'
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
 WHERE r."v2" IS NOT NULL
   AND NOT EXISTS (SELECT FROM present WHERE present.pk = r."v2");

WITH present AS (
    SELECT p."id" AS pk
      FROM "airports_airport" p
     WHERE p."id" IN (SELECT r."v3" FROM "sluice_staging"."ready_00000000000000000000000000000000" r)
       FOR KEY SHARE)
INSERT INTO "sluice_staging"."fault_00000000000000000000000000000000" (record, column_no, code)
SELECT r.record, 2, 'reference_vanished'
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
 WHERE r."v3" IS NOT NULL
   AND NOT EXISTS (SELECT FROM present WHERE present.pk = r."v3");

SELECT count(*)
  FROM (SELECT FROM "airports_route" t
          JOIN "sluice_staging"."ready_00000000000000000000000000000000" r ON t."airline" = "r"."v1" AND t."origin_id" = "r"."v2" AND t."destination_id" = "r"."v3"
         WHERE ROW(t."stops") IS DISTINCT FROM ROW(r."v4")
           FOR NO KEY UPDATE OF t) held;

SELECT count(*), count(*) FILTER (WHERE t."id" IS NULL), count(*) FILTER (WHERE t."id" IS NOT NULL AND ROW(t."stops") IS DISTINCT FROM ROW(r."v4"))
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
  LEFT JOIN "airports_route" t ON t."airline" = "r"."v1" AND t."origin_id" = "r"."v2" AND t."destination_id" = "r"."v3";

UPDATE "airports_route" t
   SET "stops" = r."v4"
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
 WHERE r.ctid >= '(0,0)' AND r.ctid < '(256,0)'
   AND t."airline" = "r"."v1" AND t."origin_id" = "r"."v2" AND t."destination_id" = "r"."v3"
   AND ROW(t."stops") IS DISTINCT FROM ROW(r."v4");

INSERT INTO "airports_route" ("airline", "origin_id", "destination_id", "stops")
SELECT r."v1", r."v2", r."v3", r."v4"
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
 WHERE r.ctid >= '(0,0)' AND r.ctid < '(256,0)'
   AND NOT EXISTS (SELECT FROM "airports_route" t WHERE t."airline" = "r"."v1" AND t."origin_id" = "r"."v2" AND t."destination_id" = "r"."v3")
 ORDER BY r.ctid
    ON CONFLICT DO NOTHING;

INSERT INTO "sluice_staging"."fault_00000000000000000000000000000000" (record, column_no, code)
SELECT r.record, NULL, 'conflict'
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
 WHERE NOT EXISTS (
       SELECT FROM "airports_route" t
        WHERE t."airline" = "r"."v1" AND t."origin_id" = "r"."v2" AND t."destination_id" = "r"."v3"
          AND (t.xmin = pg_current_xact_id()::xid OR (t.xmin <> pg_current_xact_id()::xid AND ROW(t."stops") IS NOT DISTINCT FROM ROW(r."v4"))));

SELECT count(*)
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
  JOIN "airports_route" t ON t."airline" = "r"."v1" AND t."origin_id" = "r"."v2" AND t."destination_id" = "r"."v3"
 WHERE (t.xmin <> pg_current_xact_id()::xid AND ROW(t."stops") IS NOT DISTINCT FROM ROW(r."v4"));
