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
 WHERE CASE WHEN (NOT s."c1" = '' AND ((CASE WHEN s."c1" = '' THEN 'required' END IS NULL AND s."c1" = btrim(s."c1", E' \t\r\n\f\x0b'))))
   AND (NOT s."c2" = '' AND (octet_length(s."c2") <= 50)) THEN false ELSE true END;

ANALYZE "suspect";

INSERT INTO "fault" (record, column_no, code, detail)
SELECT s.record, f.column_no, split_part(e.fault, ' ', 1),
       NULLIF(substr(e.fault, strpos(e.fault || ' ', ' ') + 1), '')
  FROM "suspect" x
  JOIN (SELECT s.record, btrim(s."c1", E' \t\r\n\f\x0b') AS "c1", s."c2" AS "c2" FROM "raw" s) s ON s.record = x.record
 CROSS JOIN LATERAL (VALUES
       (0, ARRAY[CASE WHEN s."c1" = '' THEN 'required' END]),
       (1, ARRAY[CASE WHEN s."c2" = '' THEN 'required' WHEN char_length(s."c2") > 50 THEN 'too_long' END])) AS f (column_no, faults)
 CROSS JOIN LATERAL unnest(f.faults) AS e (fault)
 WHERE e.fault IS NOT NULL;

ANALYZE "fault";

CREATE UNLOGGED TABLE "ready" AS
SELECT * FROM (
SELECT s.record,
       "p1".pk AS "v1",
       CAST(s."c2" AS text) AS "v2"
  FROM "raw" s
  LEFT JOIN (SELECT p."id" AS pk, p."code" AS "k1" FROM "shapes_land" p WHERE true) "p1" ON "p1"."k1" = s."c1"
 WHERE NOT EXISTS (SELECT FROM "fault" f WHERE f.record = s.record)
 UNION ALL
SELECT s.record,
       CASE WHEN 0 = ANY (f.faulty) THEN NULL ELSE "p1".pk END AS "v1",
       CASE WHEN 1 = ANY (f.faulty) THEN NULL ELSE CAST(s."c2" AS text) END AS "v2"
  FROM "raw" s
  JOIN (SELECT record, array_agg(column_no) AS faulty
          FROM "fault"
         GROUP BY record) f ON f.record = s.record
  LEFT JOIN (SELECT p."id" AS pk, p."code" AS "k1" FROM "shapes_land" p WHERE true) "p1" ON "p1"."k1" = s."c1") typed
 ORDER BY "v1", "v2" COLLATE "C";

INSERT INTO "fault" (record, column_no, code)
SELECT r.record, 0, 'unknown_reference'
  FROM "ready" r
  JOIN "raw" s ON s.record = r.record
 WHERE r."v1" IS NULL AND NOT s."c1" = ''
   AND NOT EXISTS (
       SELECT FROM "fault" f WHERE f.record = r.record AND f.column_no = 0);

INSERT INTO "fault" (record, column_no, code, detail)
SELECT r.record, NULL, 'duplicate_in_file', CAST(d.first AS text)
  FROM "ready" r
  JOIN (SELECT "v1", "v2", min(record) AS first
          FROM "ready"
         GROUP BY "v1", "v2"
        HAVING count(*) > 1) d ON r."v1" = d."v1" AND r."v2" = d."v2"
 WHERE r.record > d.first;

INSERT INTO "fault" (record, column_no, code)
SELECT r.record, NULL, 'already_exists'
  FROM "ready" r
 WHERE EXISTS (SELECT FROM "shapes_city" t WHERE t."land_id" = "r"."v1" AND t."name" = "r"."v2");

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
  FROM (SELECT p."id" AS pk, p."code" AS "k1" FROM "shapes_land" p WHERE true) p
 WHERE p.pk IN (SELECT r."v1" FROM "ready" r);

WITH present AS (
    SELECT p."id" AS pk
      FROM "shapes_land" p
     WHERE p."id" IN (SELECT r."v1" FROM "ready" r)
       FOR KEY SHARE)
INSERT INTO "fault" (record, column_no, code)
SELECT r.record, 0, 'reference_vanished'
  FROM "ready" r
 WHERE r."v1" IS NOT NULL
   AND NOT EXISTS (SELECT FROM present WHERE present.pk = r."v1");

SELECT count(*), count(*) FILTER (WHERE t."id" IS NULL), count(*) FILTER (WHERE false)
  FROM "ready" r
  LEFT JOIN "shapes_city" t ON t."land_id" = "r"."v1" AND t."name" = "r"."v2";

INSERT INTO "shapes_city" ("land_id", "name")
SELECT r."v1", r."v2"
  FROM "ready" r
 WHERE r.ctid >= '(0,0)' AND r.ctid < '(256,0)'
 ORDER BY r.ctid
    ON CONFLICT DO NOTHING;

INSERT INTO "fault" (record, column_no, code)
SELECT r.record, NULL, 'conflict'
  FROM "ready" r
 WHERE NOT EXISTS (
       SELECT FROM "shapes_city" t
        WHERE t."land_id" = "r"."v1" AND t."name" = "r"."v2"
          AND t.xmin = pg_current_xact_id()::xid);

SELECT count(*)
  FROM "ready" r
  JOIN "shapes_city" t ON t."land_id" = "r"."v1" AND t."name" = "r"."v2"
 WHERE false;

SELECT v.record, (
       SELECT v.record - l.first_record + l.line
         FROM "lines" l
        WHERE l.first_record <= v.record
        ORDER BY l.first_record DESC
        LIMIT 1), (SELECT n.mark FROM (
SELECT r.record, r.ctid AS place, 'new' AS kind, hashtextextended('new', r.record) AS mark
  FROM "ready" r) n WHERE n.place = v.place) IS DISTINCT FROM v.mark, NULL, coalesce((
       SELECT concat_ws(' · ', CAST(q."k1" AS text))
         FROM (SELECT p."id" AS pk, p."code" AS "k1" FROM "shapes_land" p WHERE true) q
        WHERE q.pk = r."v1"), '#' || CAST(r."v1" AS text)), false, NULL, left(CAST(r."v2" AS text), 100000), false
  FROM "review" v
  JOIN "ready" r ON r.ctid = v.place
 WHERE v.kind = 'new' AND v.record > 0
 ORDER BY v.record ASC
 LIMIT 51;
