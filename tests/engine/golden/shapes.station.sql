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
 WHERE CASE WHEN (NOT s."c1" = '' AND (octet_length(s."c1") <= 10 AND NOT s."c1" !~  E'^[-a-zA-Z0-9_]+\\Z'))
   AND ((s."c2" = '' AND s."c3" = '') OR ((CASE WHEN (s."c2" = '' AND s."c3" = '') THEN CAST(NULL AS text) END IS NULL AND s."c2" = btrim(s."c2", E' \t\r\n\f\x0b')) AND (CASE WHEN (s."c2" = '' AND s."c3" = '') THEN CAST(NULL AS text) END IS NULL AND s."c3" = btrim(s."c3", E' \t\r\n\f\x0b')))) THEN false ELSE true END;

ANALYZE "suspect";

INSERT INTO "fault" (record, column_no, code, detail)
SELECT s.record, f.column_no, split_part(e.fault, ' ', 1),
       NULLIF(substr(e.fault, strpos(e.fault || ' ', ' ') + 1), '')
  FROM "suspect" x
  JOIN (SELECT s.record, s."c1" AS "c1", btrim(s."c2", E' \t\r\n\f\x0b') AS "c2", btrim(s."c3", E' \t\r\n\f\x0b') AS "c3" FROM "raw" s) s ON s.record = x.record
 CROSS JOIN LATERAL (VALUES
       (0, CASE WHEN s."c1" = '' THEN ARRAY['required'] ELSE ARRAY[CASE WHEN char_length(s."c1") > 10 THEN 'too_long' END, CASE WHEN s."c1" !~  E'^[-a-zA-Z0-9_]+\\Z' THEN 'pattern 0' END] END),
       (1, ARRAY[CASE WHEN (s."c2" = '' AND s."c3" = '') THEN CAST(NULL AS text) END])) AS f (column_no, faults)
 CROSS JOIN LATERAL unnest(f.faults) AS e (fault)
 WHERE e.fault IS NOT NULL;

ANALYZE "fault";

CREATE UNLOGGED TABLE "ready" AS
SELECT * FROM (
SELECT s.record,
       CAST(s."c1" AS text) AS "v1",
       CASE WHEN (s."c2" = '' AND s."c3" = '') THEN CAST(NULL AS int8) ELSE "p2".pk END AS "v2"
  FROM "raw" s
  LEFT JOIN (SELECT p."id" AS pk, "c1"."k1" AS "k1", p."name" AS "k2" FROM "shapes_city" p JOIN (SELECT p."id" AS pk, p."code" AS "k1" FROM "shapes_land" p WHERE true) "c1" ON "c1".pk = p."land_id" WHERE true) "p2" ON "p2"."k1" = CASE WHEN s."c2" = '' THEN NULL ELSE CAST(s."c2" AS text) END AND "p2"."k2" = CASE WHEN s."c3" = '' THEN NULL ELSE CAST(s."c3" AS text) END
 WHERE NOT EXISTS (SELECT FROM "fault" f WHERE f.record = s.record)
 UNION ALL
SELECT s.record,
       CASE WHEN 0 = ANY (f.faulty) THEN NULL ELSE CAST(s."c1" AS text) END AS "v1",
       CASE WHEN 1 = ANY (f.faulty) THEN NULL ELSE CASE WHEN (s."c2" = '' AND s."c3" = '') THEN CAST(NULL AS int8) ELSE "p2".pk END END AS "v2"
  FROM "raw" s
  JOIN (SELECT record, array_agg(column_no) AS faulty
          FROM "fault"
         GROUP BY record) f ON f.record = s.record
  LEFT JOIN (SELECT p."id" AS pk, "c1"."k1" AS "k1", p."name" AS "k2" FROM "shapes_city" p JOIN (SELECT p."id" AS pk, p."code" AS "k1" FROM "shapes_land" p WHERE true) "c1" ON "c1".pk = p."land_id" WHERE true) "p2" ON "p2"."k1" = CASE WHEN s."c2" = '' THEN NULL ELSE CAST(s."c2" AS text) END AND "p2"."k2" = CASE WHEN s."c3" = '' THEN NULL ELSE CAST(s."c3" AS text) END) typed
 ORDER BY "v1" COLLATE "C";

INSERT INTO "fault" (record, column_no, code)
SELECT r.record, 1, 'unknown_reference'
  FROM "ready" r
  JOIN "raw" s ON s.record = r.record
 WHERE r."v2" IS NULL AND NOT (s."c2" = '' AND s."c3" = '')
   AND NOT EXISTS (
       SELECT FROM "fault" f WHERE f.record = r.record AND f.column_no = 1);

INSERT INTO "fault" (record, column_no, code, detail)
SELECT r.record, 0, 'duplicate_in_file', CAST(d.first AS text)
  FROM "ready" r
  JOIN (SELECT "v1", min(record) AS first
          FROM "ready"
         GROUP BY "v1"
        HAVING count(*) > 1) d ON r."v1" = d."v1"
 WHERE r.record > d.first;

DELETE FROM "ready" r USING "fault" f WHERE r.record = f.record;

ANALYZE "ready";

DROP TABLE IF EXISTS "review";

CREATE UNLOGGED TABLE "review" AS
SELECT r.record, r.ctid AS place, k.kind,
       hashtextextended(
           CASE k.kind WHEN 'changed' THEN CAST(ROW(t."code", t."city_id") AS text) ELSE k.kind END, r.record
       ) AS mark
  FROM "ready" r
  LEFT JOIN "shapes_station" t ON t."code" = "r"."v1"
 CROSS JOIN LATERAL (
       SELECT CASE WHEN t."code" IS NULL THEN 'new' WHEN ROW(t."city_id") IS DISTINCT FROM ROW(r."v2") THEN 'changed' ELSE 'unchanged' END
              AS kind) k;

CREATE INDEX ON "review" (kind, record);

ANALYZE "review";

SELECT count(*) FILTER (WHERE x.kind = 'new'), count(*) FILTER (WHERE x.kind = 'changed'),
       count(*) FILTER (WHERE x.kind = 'unchanged'), CAST(coalesce(sum(x.mark), 0) AS text)
  FROM "review" x;

SELECT CAST(coalesce(sum(hashtextextended(CAST(p AS text), 0)), 0) AS text)
  FROM (SELECT p."id" AS pk, "c1"."k1" AS "k1", p."name" AS "k2" FROM "shapes_city" p JOIN (SELECT p."id" AS pk, p."code" AS "k1" FROM "shapes_land" p WHERE true) "c1" ON "c1".pk = p."land_id" WHERE true) p
 WHERE p.pk IN (SELECT r."v2" FROM "ready" r);

WITH present AS (
    SELECT p."id" AS pk
      FROM "shapes_city" p
     WHERE p."id" IN (SELECT r."v2" FROM "ready" r)
       FOR KEY SHARE)
INSERT INTO "fault" (record, column_no, code)
SELECT r.record, 1, 'reference_vanished'
  FROM "ready" r
 WHERE r."v2" IS NOT NULL
   AND NOT EXISTS (SELECT FROM present WHERE present.pk = r."v2");

SELECT count(*)
  FROM (SELECT FROM "shapes_station" t
          JOIN "ready" r ON t."code" = "r"."v1"
         WHERE ROW(t."city_id") IS DISTINCT FROM ROW(r."v2")
           FOR NO KEY UPDATE OF t) held;

SELECT count(*), count(*) FILTER (WHERE t."code" IS NULL), count(*) FILTER (WHERE t."code" IS NOT NULL AND ROW(t."city_id") IS DISTINCT FROM ROW(r."v2"))
  FROM "ready" r
  LEFT JOIN "shapes_station" t ON t."code" = "r"."v1";

UPDATE "shapes_station" t
   SET "city_id" = r."v2"
  FROM "ready" r
 WHERE r.ctid >= '(0,0)' AND r.ctid < '(256,0)'
   AND t."code" = "r"."v1"
   AND ROW(t."city_id") IS DISTINCT FROM ROW(r."v2");

INSERT INTO "shapes_station" ("code", "city_id")
SELECT r."v1", r."v2"
  FROM "ready" r
 WHERE r.ctid >= '(0,0)' AND r.ctid < '(256,0)'
   AND NOT EXISTS (SELECT FROM "shapes_station" t WHERE t."code" = "r"."v1")
 ORDER BY r.ctid
    ON CONFLICT DO NOTHING;

INSERT INTO "fault" (record, column_no, code)
SELECT r.record, 0, 'conflict'
  FROM "ready" r
 WHERE NOT EXISTS (
       SELECT FROM "shapes_station" t
        WHERE t."code" = "r"."v1"
          AND (t.xmin = pg_current_xact_id()::xid OR (t.xmin <> pg_current_xact_id()::xid AND ROW(t."city_id") IS NOT DISTINCT FROM ROW(r."v2"))));

SELECT count(*)
  FROM "ready" r
  JOIN "shapes_station" t ON t."code" = "r"."v1"
 WHERE (t.xmin <> pg_current_xact_id()::xid AND ROW(t."city_id") IS NOT DISTINCT FROM ROW(r."v2"));

SELECT v.record, (
       SELECT v.record - l.first_record + l.line
         FROM "lines" l
        WHERE l.first_record <= v.record
        ORDER BY l.first_record DESC
        LIMIT 1), (SELECT n.mark FROM (
SELECT r.record, r.ctid AS place, k.kind,
       hashtextextended(
           CASE k.kind WHEN 'changed' THEN CAST(ROW(t."code", t."city_id") AS text) ELSE k.kind END, r.record
       ) AS mark
  FROM "ready" r
  LEFT JOIN "shapes_station" t ON t."code" = "r"."v1"
 CROSS JOIN LATERAL (
       SELECT CASE WHEN t."code" IS NULL THEN 'new' WHEN ROW(t."city_id") IS DISTINCT FROM ROW(r."v2") THEN 'changed' ELSE 'unchanged' END
              AS kind) k) n WHERE n.place = v.place) IS DISTINCT FROM v.mark, left(CAST(t."code" AS text), 100000), left(CAST(r."v1" AS text), 100000), false, coalesce((
       SELECT concat_ws(' · ', CAST(q."k1" AS text), CAST(q."k2" AS text))
         FROM (SELECT p."id" AS pk, "c1"."k1" AS "k1", p."name" AS "k2" FROM "shapes_city" p JOIN (SELECT p."id" AS pk, p."code" AS "k1" FROM "shapes_land" p WHERE true) "c1" ON "c1".pk = p."land_id" WHERE true) q
        WHERE q.pk = t."city_id"), '#' || CAST(t."city_id" AS text)), coalesce((
       SELECT concat_ws(' · ', CAST(q."k1" AS text), CAST(q."k2" AS text))
         FROM (SELECT p."id" AS pk, "c1"."k1" AS "k1", p."name" AS "k2" FROM "shapes_city" p JOIN (SELECT p."id" AS pk, p."code" AS "k1" FROM "shapes_land" p WHERE true) "c1" ON "c1".pk = p."land_id" WHERE true) q
        WHERE q.pk = r."v2"), '#' || CAST(r."v2" AS text)), (t."city_id" IS DISTINCT FROM r."v2")
  FROM "review" v
  JOIN "ready" r ON r.ctid = v.place
  LEFT JOIN "shapes_station" t ON t."code" = "r"."v1"
 WHERE v.kind = 'changed' AND v.record > 0
 ORDER BY v.record ASC
 LIMIT 51;
