DROP TABLE IF EXISTS "suspect", "fault", "ready";

CREATE UNLOGGED TABLE "fault" (
    record bigint NOT NULL,
    column_no int,
    code text NOT NULL,
    detail text
);

CREATE UNLOGGED TABLE "suspect" AS
SELECT s.record
  FROM "raw" s
 WHERE CASE WHEN (NOT s."c1" = '' AND (octet_length(s."c1") <= 3))
   AND (NOT s."c2" = '' AND ((CASE WHEN s."c2" = '' THEN 'required' END IS NULL AND s."c2" = btrim(s."c2", E' \t\r\n\f\x0b'))))
   AND (NOT s."c3" = '' AND ((CASE WHEN s."c3" = '' THEN 'required' END IS NULL AND s."c3" = btrim(s."c3", E' \t\r\n\f\x0b'))))
   AND (s."c4" = '' OR CASE WHEN (s."c4" !~ '[^0-9-]' AND pg_input_is_valid(s."c4", 'int2')) THEN NOT CAST(s."c4" AS numeric) < CAST('0' AS numeric) ELSE false END) THEN false ELSE true END;

ANALYZE "suspect";

INSERT INTO "fault" (record, column_no, code, detail)
SELECT s.record, f.column_no, split_part(e.fault, ' ', 1),
       NULLIF(substr(e.fault, strpos(e.fault || ' ', ' ') + 1), '')
  FROM "suspect" x
  JOIN (SELECT s.record, s."c1" AS "c1", btrim(s."c2", E' \t\r\n\f\x0b') AS "c2", btrim(s."c3", E' \t\r\n\f\x0b') AS "c3", btrim(s."c4", E' \t\r\n\f\x0b') AS "c4" FROM "raw" s) s ON s.record = x.record
 CROSS JOIN LATERAL (VALUES
       (0, ARRAY[CASE WHEN s."c1" = '' THEN 'required' WHEN char_length(s."c1") > 3 THEN 'too_long' END]),
       (1, ARRAY[CASE WHEN s."c2" = '' THEN 'required' END]),
       (2, ARRAY[CASE WHEN s."c3" = '' THEN 'required' END]),
       (3, ARRAY[CASE WHEN s."c4" = '' THEN CAST(NULL AS text) WHEN s."c4" !~ '^[+-]?([0-9]+)$' THEN 'not_a_whole_number' WHEN NOT pg_input_is_valid(s."c4", 'int2') THEN 'out_of_range' WHEN CAST(s."c4" AS numeric) < CAST('0' AS numeric) THEN 'too_small' END])) AS f (column_no, faults)
 CROSS JOIN LATERAL unnest(f.faults) AS e (fault)
 WHERE e.fault IS NOT NULL;

ANALYZE "fault";

CREATE UNLOGGED TABLE "ready" AS
SELECT * FROM (
SELECT s.record,
       CAST(s."c1" AS text) AS "v1",
       "p2".pk AS "v2",
       "p3".pk AS "v3",
       CASE WHEN s."c4" = '' THEN CAST('0' AS int2) ELSE CAST(s."c4" AS int2) END AS "v4"
  FROM "raw" s
  LEFT JOIN (SELECT p."id" AS pk, p."iata" AS "k1" FROM "airports_airport" p WHERE true) "p2" ON "p2"."k1" = s."c2"
  LEFT JOIN (SELECT p."id" AS pk, p."iata" AS "k1" FROM "airports_airport" p WHERE true) "p3" ON "p3"."k1" = s."c3"
 WHERE NOT EXISTS (SELECT FROM "fault" f WHERE f.record = s.record)
 UNION ALL
SELECT s.record,
       CASE WHEN 0 = ANY (f.faulty) THEN NULL ELSE CAST(s."c1" AS text) END AS "v1",
       CASE WHEN 1 = ANY (f.faulty) THEN NULL ELSE "p2".pk END AS "v2",
       CASE WHEN 2 = ANY (f.faulty) THEN NULL ELSE "p3".pk END AS "v3",
       CASE WHEN 3 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c4" = '' THEN CAST('0' AS int2) ELSE CAST(s."c4" AS int2) END END AS "v4"
  FROM "raw" s
  JOIN (SELECT record, array_agg(column_no) AS faulty
          FROM "fault"
         GROUP BY record) f ON f.record = s.record
  LEFT JOIN (SELECT p."id" AS pk, p."iata" AS "k1" FROM "airports_airport" p WHERE true) "p2" ON "p2"."k1" = s."c2"
  LEFT JOIN (SELECT p."id" AS pk, p."iata" AS "k1" FROM "airports_airport" p WHERE true) "p3" ON "p3"."k1" = s."c3") typed
 ORDER BY "v1" COLLATE "C", "v2", "v3";

INSERT INTO "fault" (record, column_no, code)
SELECT r.record, 1, 'unknown_reference'
  FROM "ready" r
  JOIN "raw" s ON s.record = r.record
 WHERE r."v2" IS NULL AND NOT s."c2" = ''
   AND NOT EXISTS (
       SELECT FROM "fault" f WHERE f.record = r.record AND f.column_no = 1);

INSERT INTO "fault" (record, column_no, code)
SELECT r.record, 2, 'unknown_reference'
  FROM "ready" r
  JOIN "raw" s ON s.record = r.record
 WHERE r."v3" IS NULL AND NOT s."c3" = ''
   AND NOT EXISTS (
       SELECT FROM "fault" f WHERE f.record = r.record AND f.column_no = 2);

INSERT INTO "fault" (record, column_no, code, detail)
SELECT r.record, NULL, 'duplicate_in_file', CAST(d.first AS text)
  FROM "ready" r
  JOIN (SELECT "v1", "v2", "v3", min(record) AS first
          FROM "ready"
         GROUP BY "v1", "v2", "v3"
        HAVING count(*) > 1) d ON r."v1" = d."v1" AND r."v2" = d."v2" AND r."v3" = d."v3"
 WHERE r.record > d.first;

INSERT INTO "fault" (record, column_no, code)
SELECT r.record, NULL, 'already_exists'
  FROM "ready" r
 WHERE EXISTS (SELECT FROM "airports_route" t WHERE t."airline" = "r"."v1" AND t."origin_id" = "r"."v2" AND t."destination_id" = "r"."v3");

DELETE FROM "ready" r USING "fault" f WHERE r.record = f.record;

ANALYZE "ready";

DROP TABLE IF EXISTS "review";

CREATE UNLOGGED TABLE "review" AS
SELECT r.record, r.ctid AS place, 'new' AS kind, hashtextextended('new', r.record) AS mark
  FROM "ready" r;

CREATE INDEX ON "review" (kind, record);

ANALYZE "review";

SELECT count(*) FILTER (WHERE x.kind = 'new'), count(*) FILTER (WHERE x.kind = 'changed'),
       count(*) FILTER (WHERE x.kind = 'unchanged'), CAST(coalesce(sum(x.mark), 0) AS text)
  FROM "review" x;

SELECT CAST(coalesce(sum(hashtextextended(CAST(p AS text), 0)), 0) AS text)
  FROM (SELECT p."id" AS pk, p."iata" AS "k1" FROM "airports_airport" p WHERE true) p
 WHERE p.pk IN (SELECT r."v2" FROM "ready" r);

SELECT CAST(coalesce(sum(hashtextextended(CAST(p AS text), 0)), 0) AS text)
  FROM (SELECT p."id" AS pk, p."iata" AS "k1" FROM "airports_airport" p WHERE true) p
 WHERE p.pk IN (SELECT r."v3" FROM "ready" r);

WITH present AS (
    SELECT p."id" AS pk
      FROM "airports_airport" p
     WHERE p."id" IN (SELECT r."v2" FROM "ready" r)
       FOR KEY SHARE)
INSERT INTO "fault" (record, column_no, code)
SELECT r.record, 1, 'reference_vanished'
  FROM "ready" r
 WHERE r."v2" IS NOT NULL
   AND NOT EXISTS (SELECT FROM present WHERE present.pk = r."v2");

WITH present AS (
    SELECT p."id" AS pk
      FROM "airports_airport" p
     WHERE p."id" IN (SELECT r."v3" FROM "ready" r)
       FOR KEY SHARE)
INSERT INTO "fault" (record, column_no, code)
SELECT r.record, 2, 'reference_vanished'
  FROM "ready" r
 WHERE r."v3" IS NOT NULL
   AND NOT EXISTS (SELECT FROM present WHERE present.pk = r."v3");

SELECT count(*), count(*) FILTER (WHERE t."id" IS NULL), count(*) FILTER (WHERE false)
  FROM "ready" r
  LEFT JOIN "airports_route" t ON t."airline" = "r"."v1" AND t."origin_id" = "r"."v2" AND t."destination_id" = "r"."v3";

INSERT INTO "airports_route" ("airline", "origin_id", "destination_id", "stops")
SELECT r."v1", r."v2", r."v3", r."v4"
  FROM "ready" r
 WHERE r.ctid >= '(0,0)' AND r.ctid < '(256,0)'
 ORDER BY r.ctid
    ON CONFLICT DO NOTHING;

INSERT INTO "fault" (record, column_no, code)
SELECT r.record, NULL, 'conflict'
  FROM "ready" r
 WHERE NOT EXISTS (
       SELECT FROM "airports_route" t
        WHERE t."airline" = "r"."v1" AND t."origin_id" = "r"."v2" AND t."destination_id" = "r"."v3"
          AND t.xmin = pg_current_xact_id()::xid);

SELECT count(*)
  FROM "ready" r
  JOIN "airports_route" t ON t."airline" = "r"."v1" AND t."origin_id" = "r"."v2" AND t."destination_id" = "r"."v3"
 WHERE false;

SELECT v.record, (
       SELECT v.record - l.first_record + l.line
         FROM "lines" l
        WHERE l.first_record <= v.record
        ORDER BY l.first_record DESC
        LIMIT 1), (SELECT n.mark FROM (
SELECT r.record, r.ctid AS place, 'new' AS kind, hashtextextended('new', r.record) AS mark
  FROM "ready" r) n WHERE n.place = v.place) IS DISTINCT FROM v.mark, NULL, left(CAST(r."v1" AS text), 100000), false, NULL, coalesce((
       SELECT concat_ws(' · ', CAST(q."k1" AS text))
         FROM (SELECT p."id" AS pk, p."iata" AS "k1" FROM "airports_airport" p WHERE true) q
        WHERE q.pk = r."v2"), '#' || CAST(r."v2" AS text)), false, NULL, coalesce((
       SELECT concat_ws(' · ', CAST(q."k1" AS text))
         FROM (SELECT p."id" AS pk, p."iata" AS "k1" FROM "airports_airport" p WHERE true) q
        WHERE q.pk = r."v3"), '#' || CAST(r."v3" AS text)), false, NULL, left(CAST(r."v4" AS text), 100000), false
  FROM "review" v
  JOIN "ready" r ON r.ctid = v.place
 WHERE v.kind = 'new' AND v.record > 0
 ORDER BY v.record ASC
 LIMIT 51;
