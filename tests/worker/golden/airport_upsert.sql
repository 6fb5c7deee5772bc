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
 WHERE CASE WHEN (NOT s."c1" = '' AND (octet_length(s."c1") <= 4))
   AND (s."c2" = '' OR (octet_length(s."c2") <= 3))
   AND (NOT s."c3" = '' AND (octet_length(s."c3") <= 100))
   AND (s."c4" = '' OR (octet_length(s."c4") <= 100))
   AND (NOT s."c5" = '' AND ((CASE WHEN s."c5" = '' THEN 'required' END IS NULL AND s."c5" = btrim(s."c5", E' \t\r\n\f\x0b'))))
   AND (NOT s."c6" = '' AND CASE WHEN (s."c6" !~ '[^0-9.-]' AND pg_input_is_valid(s."c6", 'numeric')) THEN NOT scale(trim_scale(CAST(s."c6" AS numeric))) > 6 AND NOT abs(CAST(s."c6" AS numeric)) >= CAST('100' AS numeric) AND NOT CAST(s."c6" AS numeric) < CAST('-90' AS numeric) AND NOT CAST(s."c6" AS numeric) > CAST('90' AS numeric) ELSE false END)
   AND (NOT s."c7" = '' AND CASE WHEN (s."c7" !~ '[^0-9.-]' AND pg_input_is_valid(s."c7", 'numeric')) THEN NOT scale(trim_scale(CAST(s."c7" AS numeric))) > 6 AND NOT abs(CAST(s."c7" AS numeric)) >= CAST('1000' AS numeric) AND NOT CAST(s."c7" AS numeric) < CAST('-180' AS numeric) AND NOT CAST(s."c7" AS numeric) > CAST('180' AS numeric) ELSE false END)
   AND (NOT s."c8" = '' AND CASE WHEN (s."c8" !~ '[^0-9.-]' AND pg_input_is_valid(s."c8", 'numeric')) THEN NOT scale(trim_scale(CAST(s."c8" AS numeric))) > 2 AND NOT abs(CAST(s."c8" AS numeric)) >= CAST('100000' AS numeric) ELSE false END)
   AND (NOT s."c9" = '' AND (octet_length(s."c9") <= 40)) THEN false ELSE true END;

ANALYZE "sluice_staging"."suspect_00000000000000000000000000000000";

INSERT INTO "sluice_staging"."fault_00000000000000000000000000000000" (record, column_no, code, detail)
SELECT s.record, f.column_no, split_part(e.fault, ' ', 1),
       NULLIF(substr(e.fault, strpos(e.fault || ' ', ' ') + 1), '')
  FROM "sluice_staging"."suspect_00000000000000000000000000000000" x
  JOIN (SELECT s.record, s."c1" AS "c1", s."c2" AS "c2", s."c3" AS "c3", s."c4" AS "c4", btrim(s."c5", E' \t\r\n\f\x0b') AS "c5", btrim(s."c6", E' \t\r\n\f\x0b') AS "c6", btrim(s."c7", E' \t\r\n\f\x0b') AS "c7", btrim(s."c8", E' \t\r\n\f\x0b') AS "c8", s."c9" AS "c9" FROM "sluice_staging"."raw_00000000000000000000000000000000" s) s ON s.record = x.record
 CROSS JOIN LATERAL (VALUES
       (0, ARRAY[CASE WHEN s."c1" = '' THEN 'required' WHEN char_length(s."c1") > 4 THEN 'too_long' END]),
       (1, ARRAY[CASE WHEN s."c2" = '' THEN CAST(NULL AS text) WHEN char_length(s."c2") > 3 THEN 'too_long' END]),
       (2, ARRAY[CASE WHEN s."c3" = '' THEN 'required' WHEN char_length(s."c3") > 100 THEN 'too_long' END]),
       (3, ARRAY[CASE WHEN s."c4" = '' THEN CAST(NULL AS text) WHEN char_length(s."c4") > 100 THEN 'too_long' END]),
       (4, ARRAY[CASE WHEN s."c5" = '' THEN 'required' END]),
       (5, CASE WHEN s."c6" = '' THEN ARRAY['required'] WHEN s."c6" !~ '^[+-]?(([0-9]+)([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})?$' THEN ARRAY['not_a_number'] WHEN NOT pg_input_is_valid(s."c6", 'numeric') THEN ARRAY['out_of_range'] ELSE ARRAY[CASE WHEN scale(trim_scale(CAST(s."c6" AS numeric))) > 6 THEN 'too_many_decimals' END, CASE WHEN abs(CAST(s."c6" AS numeric)) >= CAST('100' AS numeric) THEN 'out_of_range' END, CASE WHEN CAST(s."c6" AS numeric) < CAST('-90' AS numeric) THEN 'too_small' END, CASE WHEN CAST(s."c6" AS numeric) > CAST('90' AS numeric) THEN 'too_large' END] END),
       (6, CASE WHEN s."c7" = '' THEN ARRAY['required'] WHEN s."c7" !~ '^[+-]?(([0-9]+)([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})?$' THEN ARRAY['not_a_number'] WHEN NOT pg_input_is_valid(s."c7", 'numeric') THEN ARRAY['out_of_range'] ELSE ARRAY[CASE WHEN scale(trim_scale(CAST(s."c7" AS numeric))) > 6 THEN 'too_many_decimals' END, CASE WHEN abs(CAST(s."c7" AS numeric)) >= CAST('1000' AS numeric) THEN 'out_of_range' END, CASE WHEN CAST(s."c7" AS numeric) < CAST('-180' AS numeric) THEN 'too_small' END, CASE WHEN CAST(s."c7" AS numeric) > CAST('180' AS numeric) THEN 'too_large' END] END),
       (7, CASE WHEN s."c8" = '' THEN ARRAY['required'] WHEN s."c8" !~ '^[+-]?(([0-9]+)([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})?$' THEN ARRAY['not_a_number'] WHEN NOT pg_input_is_valid(s."c8", 'numeric') THEN ARRAY['out_of_range'] ELSE ARRAY[CASE WHEN scale(trim_scale(CAST(s."c8" AS numeric))) > 2 THEN 'too_many_decimals' END, CASE WHEN abs(CAST(s."c8" AS numeric)) >= CAST('100000' AS numeric) THEN 'out_of_range' END] END),
       (8, ARRAY[CASE WHEN s."c9" = '' THEN 'required' WHEN char_length(s."c9") > 40 THEN 'too_long' END])) AS f (column_no, faults)
 CROSS JOIN LATERAL unnest(f.faults) AS e (fault)
 WHERE e.fault IS NOT NULL;

ANALYZE "sluice_staging"."fault_00000000000000000000000000000000";

CREATE UNLOGGED TABLE "sluice_staging"."ready_00000000000000000000000000000000" AS
SELECT * FROM (
SELECT s.record,
       CAST(s."c1" AS text) AS "v1",
       CASE WHEN s."c2" = '' THEN CAST(NULL AS text) ELSE CAST(s."c2" AS text) END AS "v2",
       CAST(s."c3" AS text) AS "v3",
       CASE WHEN s."c4" = '' THEN '' ELSE CAST(s."c4" AS text) END AS "v4",
       "p5".pk AS "v5",
       CAST(s."c6" AS numeric) AS "v6",
       CAST(s."c7" AS numeric) AS "v7",
       CAST(s."c8" AS numeric) AS "v8",
       CAST(s."c9" AS text) AS "v9"
  FROM "sluice_staging"."raw_00000000000000000000000000000000" s
  LEFT JOIN (SELECT p."id" AS pk, p."code" AS "k1" FROM "airports_country" p WHERE true) "p5" ON "p5"."k1" = s."c5"
 WHERE NOT EXISTS (SELECT FROM "sluice_staging"."fault_00000000000000000000000000000000" f WHERE f.record = s.record)
 UNION ALL
SELECT s.record,
       CASE WHEN 0 = ANY (f.faulty) THEN NULL ELSE CAST(s."c1" AS text) END AS "v1",
       CASE WHEN 1 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c2" = '' THEN CAST(NULL AS text) ELSE CAST(s."c2" AS text) END END AS "v2",
       CASE WHEN 2 = ANY (f.faulty) THEN NULL ELSE CAST(s."c3" AS text) END AS "v3",
       CASE WHEN 3 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c4" = '' THEN '' ELSE CAST(s."c4" AS text) END END AS "v4",
       CASE WHEN 4 = ANY (f.faulty) THEN NULL ELSE "p5".pk END AS "v5",
       CASE WHEN 5 = ANY (f.faulty) THEN NULL ELSE CAST(s."c6" AS numeric) END AS "v6",
       CASE WHEN 6 = ANY (f.faulty) THEN NULL ELSE CAST(s."c7" AS numeric) END AS "v7",
       CASE WHEN 7 = ANY (f.faulty) THEN NULL ELSE CAST(s."c8" AS numeric) END AS "v8",
       CASE WHEN 8 = ANY (f.faulty) THEN NULL ELSE CAST(s."c9" AS text) END AS "v9"
  FROM "sluice_staging"."raw_00000000000000000000000000000000" s
  JOIN (SELECT record, array_agg(column_no) AS faulty
          FROM "sluice_staging"."fault_00000000000000000000000000000000"
         GROUP BY record) f ON f.record = s.record
  LEFT JOIN (SELECT p."id" AS pk, p."code" AS "k1" FROM "airports_country" p WHERE true) "p5" ON "p5"."k1" = s."c5") typed
 ORDER BY "v1" COLLATE "C";

INSERT INTO "sluice_staging"."fault_00000000000000000000000000000000" (record, column_no, code)
SELECT r.record, 4, 'unknown_reference'
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
  JOIN "sluice_staging"."raw_00000000000000000000000000000000" s ON s.record = r.record
 WHERE r."v5" IS NULL AND NOT s."c5" = ''
   AND NOT EXISTS (
       SELECT FROM "sluice_staging"."fault_00000000000000000000000000000000" f WHERE f.record = r.record AND f.column_no = 4);

INSERT INTO "sluice_staging"."fault_00000000000000000000000000000000" (record, column_no, code, detail)
SELECT r.record, 0, 'duplicate_in_file', CAST(d.first AS text)
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
  JOIN (SELECT "v1", min(record) AS first
          FROM "sluice_staging"."ready_00000000000000000000000000000000"
         GROUP BY "v1"
        HAVING count(*) > 1) d ON r."v1" = d."v1"
 WHERE r.record > d.first;

WITH n AS NOT MATERIALIZED (
    SELECT n.sluice_record, n."sluice_n1", iata AS "sluice_k1" FROM (SELECT r.record AS sluice_record, r."v1" AS "sluice_n1", CAST(r."v2" AS character varying) AS "iata" FROM "sluice_staging"."ready_00000000000000000000000000000000" r) n WHERE true
)
INSERT INTO "sluice_staging"."fault_00000000000000000000000000000000" (record, column_no, code, detail)
SELECT n.sluice_record, 1, 'duplicate_in_file', CAST(d.first AS text)
  FROM n
  JOIN (SELECT "sluice_k1", min(sluice_record) AS first
          FROM n
         GROUP BY "sluice_k1"
        HAVING count(*) > 1) d ON "n"."sluice_k1" = "d"."sluice_k1"
 WHERE n.sluice_record > d.first;

INSERT INTO "sluice_staging"."fault_00000000000000000000000000000000" (record, column_no, code)
SELECT n.sluice_record, 1, 'taken'
  FROM (SELECT n.sluice_record, n."sluice_n1", iata AS "sluice_k1" FROM (SELECT r.record AS sluice_record, r."v1" AS "sluice_n1", CAST(r."v2" AS character varying) AS "iata" FROM "sluice_staging"."ready_00000000000000000000000000000000" r) n WHERE true) n
  JOIN (SELECT "icao" AS "sluice_n1", (true) AS sluice_in_scope, iata AS "sluice_k1"
          FROM "airports_airport" t
         WHERE true) t ON "t"."sluice_k1" = "n"."sluice_k1"
 WHERE NOT (t.sluice_in_scope AND t."sluice_n1" = n."sluice_n1");

DELETE FROM "sluice_staging"."ready_00000000000000000000000000000000" r USING "sluice_staging"."fault_00000000000000000000000000000000" f WHERE r.record = f.record;

ANALYZE "sluice_staging"."ready_00000000000000000000000000000000";

DROP TABLE IF EXISTS "sluice_staging"."review_00000000000000000000000000000000";

CREATE UNLOGGED TABLE "sluice_staging"."review_00000000000000000000000000000000" AS
SELECT r.record, r.ctid AS place, k.kind,
       hashtextextended(
           CASE k.kind WHEN 'changed' THEN CAST(ROW(t."id", t."iata", t."name", t."city", t."country_id", t."latitude", t."longitude", t."elevation", t."timezone") AS text) ELSE k.kind END, r.record
       ) AS mark
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
  LEFT JOIN "airports_airport" t ON t."icao" = "r"."v1"
 CROSS JOIN LATERAL (
       SELECT CASE WHEN t."id" IS NULL THEN 'new' WHEN ROW(t."iata", t."name", t."city", t."country_id", t."latitude", t."longitude", t."elevation", t."timezone") IS DISTINCT FROM ROW(r."v2", r."v3", r."v4", r."v5", r."v6", r."v7", r."v8", r."v9") THEN 'changed' ELSE 'unchanged' END
              AS kind) k;

CREATE INDEX ON "sluice_staging"."review_00000000000000000000000000000000" (kind, record);

ANALYZE "sluice_staging"."review_00000000000000000000000000000000";

SELECT count(*) FILTER (WHERE x.kind = 'new'), count(*) FILTER (WHERE x.kind = 'changed'),
       count(*) FILTER (WHERE x.kind = 'unchanged'), CAST(coalesce(sum(x.mark), 0) AS text)
  FROM "sluice_staging"."review_00000000000000000000000000000000" x;

SELECT CAST(coalesce(sum(hashtextextended(CAST(p AS text), 0)), 0) AS text)
  FROM (SELECT p."id" AS pk, p."code" AS "k1" FROM "airports_country" p WHERE true) p
 WHERE p.pk IN (SELECT r."v5" FROM "sluice_staging"."ready_00000000000000000000000000000000" r);

WITH present AS (
    SELECT p."id" AS pk
      FROM "airports_country" p
     WHERE p."id" IN (SELECT r."v5" FROM "sluice_staging"."ready_00000000000000000000000000000000" r)
       FOR KEY SHARE)
INSERT INTO "sluice_staging"."fault_00000000000000000000000000000000" (record, column_no, code)
SELECT r.record, 4, 'reference_vanished'
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
 WHERE r."v5" IS NOT NULL
   AND NOT EXISTS (SELECT FROM present WHERE present.pk = r."v5");

SELECT count(*)
  FROM (SELECT FROM "airports_airport" t
          JOIN "sluice_staging"."ready_00000000000000000000000000000000" r ON t."icao" = "r"."v1"
         WHERE ROW(t."iata", t."name", t."city", t."country_id", t."latitude", t."longitude", t."elevation", t."timezone") IS DISTINCT FROM ROW(r."v2", r."v3", r."v4", r."v5", r."v6", r."v7", r."v8", r."v9")
           FOR NO KEY UPDATE OF t) held;

SELECT count(*), count(*) FILTER (WHERE t."id" IS NULL), count(*) FILTER (WHERE t."id" IS NOT NULL AND ROW(t."iata", t."name", t."city", t."country_id", t."latitude", t."longitude", t."elevation", t."timezone") IS DISTINCT FROM ROW(r."v2", r."v3", r."v4", r."v5", r."v6", r."v7", r."v8", r."v9"))
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
  LEFT JOIN "airports_airport" t ON t."icao" = "r"."v1";

UPDATE "airports_airport" t
   SET "iata" = r."v2", "name" = r."v3", "city" = r."v4", "country_id" = r."v5", "latitude" = r."v6", "longitude" = r."v7", "elevation" = r."v8", "timezone" = r."v9"
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
 WHERE r.ctid >= '(0,0)' AND r.ctid < '(256,0)'
   AND t."icao" = "r"."v1"
   AND ROW(t."iata", t."name", t."city", t."country_id", t."latitude", t."longitude", t."elevation", t."timezone") IS DISTINCT FROM ROW(r."v2", r."v3", r."v4", r."v5", r."v6", r."v7", r."v8", r."v9");

INSERT INTO "airports_airport" ("icao", "iata", "name", "city", "country_id", "latitude", "longitude", "elevation", "timezone")
SELECT r."v1", r."v2", r."v3", r."v4", r."v5", r."v6", r."v7", r."v8", r."v9"
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
 WHERE r.ctid >= '(0,0)' AND r.ctid < '(256,0)'
   AND NOT EXISTS (SELECT FROM "airports_airport" t WHERE t."icao" = "r"."v1")
 ORDER BY r.ctid
    ON CONFLICT DO NOTHING;

INSERT INTO "sluice_staging"."fault_00000000000000000000000000000000" (record, column_no, code)
SELECT r.record, 0, 'conflict'
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
 WHERE NOT EXISTS (
       SELECT FROM "airports_airport" t
        WHERE t."icao" = "r"."v1"
          AND (t.xmin = pg_current_xact_id()::xid OR (t.xmin <> pg_current_xact_id()::xid AND ROW(t."iata", t."name", t."city", t."country_id", t."latitude", t."longitude", t."elevation", t."timezone") IS NOT DISTINCT FROM ROW(r."v2", r."v3", r."v4", r."v5", r."v6", r."v7", r."v8", r."v9"))));

SELECT count(*)
  FROM "sluice_staging"."ready_00000000000000000000000000000000" r
  JOIN "airports_airport" t ON t."icao" = "r"."v1"
 WHERE (t.xmin <> pg_current_xact_id()::xid AND ROW(t."iata", t."name", t."city", t."country_id", t."latitude", t."longitude", t."elevation", t."timezone") IS NOT DISTINCT FROM ROW(r."v2", r."v3", r."v4", r."v5", r."v6", r."v7", r."v8", r."v9"));
