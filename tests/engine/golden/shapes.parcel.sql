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
 WHERE CASE WHEN (NOT s."c1" = '' AND (s."c1" !~ '[^0-9-]' AND pg_input_is_valid(s."c1", 'int4')))
   AND (s."c2" = '' OR CASE WHEN (s."c2" !~ '[^0-9.-]' AND pg_input_is_valid(s."c2", 'numeric')) THEN NOT scale(trim_scale(CAST(s."c2" AS numeric))) > 3 AND NOT abs(CAST(s."c2" AS numeric)) >= CAST('1000' AS numeric) ELSE false END) THEN false ELSE true END;

ANALYZE "suspect";

INSERT INTO "fault" (record, column_no, code, detail)
SELECT s.record, f.column_no, split_part(e.fault, ' ', 1),
       NULLIF(substr(e.fault, strpos(e.fault || ' ', ' ') + 1), '')
  FROM "suspect" x
  JOIN (SELECT s.record, btrim(s."c1", E' \t\r\n\f\x0b') AS "c1", btrim(s."c2", E' \t\r\n\f\x0b') AS "c2" FROM "raw" s) s ON s.record = x.record
 CROSS JOIN LATERAL (VALUES
       (0, ARRAY[CASE WHEN s."c1" = '' THEN 'required' WHEN s."c1" !~ '^[+-]?([0-9]+)$' THEN 'not_a_whole_number' WHEN NOT pg_input_is_valid(s."c1", 'int4') THEN 'out_of_range' END]),
       (1, CASE WHEN s."c2" = '' THEN ARRAY[CAST(NULL AS text)] WHEN s."c2" !~ '^[+-]?(([0-9]+)([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})?$' THEN ARRAY['not_a_number'] WHEN NOT pg_input_is_valid(s."c2", 'numeric') THEN ARRAY['out_of_range'] ELSE ARRAY[CASE WHEN scale(trim_scale(CAST(s."c2" AS numeric))) > 3 THEN 'too_many_decimals' END, CASE WHEN abs(CAST(s."c2" AS numeric)) >= CAST('1000' AS numeric) THEN 'out_of_range' END] END)) AS f (column_no, faults)
 CROSS JOIN LATERAL unnest(f.faults) AS e (fault)
 WHERE e.fault IS NOT NULL;

ANALYZE "fault";

CREATE UNLOGGED TABLE "ready" AS
SELECT * FROM (
SELECT s.record,
       CAST(s."c1" AS int4) AS "v1",
       CASE WHEN s."c2" = '' THEN CAST('1' AS numeric) ELSE CAST(s."c2" AS numeric) END AS "v2"
  FROM "raw" s
 WHERE NOT EXISTS (SELECT FROM "fault" f WHERE f.record = s.record)
 UNION ALL
SELECT s.record,
       CASE WHEN 0 = ANY (f.faulty) THEN NULL ELSE CAST(s."c1" AS int4) END AS "v1",
       CASE WHEN 1 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c2" = '' THEN CAST('1' AS numeric) ELSE CAST(s."c2" AS numeric) END END AS "v2"
  FROM "raw" s
  JOIN (SELECT record, array_agg(column_no) AS faulty
          FROM "fault"
         GROUP BY record) f ON f.record = s.record) typed
 ORDER BY "v1";

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
           CASE k.kind WHEN 'changed' THEN CAST(ROW(t."id", t."weight") AS text) ELSE k.kind END, r.record
       ) AS mark
  FROM "ready" r
  LEFT JOIN "shapes"."Parcel" t ON t."number" = "r"."v1"
 CROSS JOIN LATERAL (
       SELECT CASE WHEN t."id" IS NULL THEN 'new' WHEN ROW(t."weight") IS DISTINCT FROM ROW(r."v2") THEN 'changed' ELSE 'unchanged' END
              AS kind) k;

CREATE INDEX ON "review" (kind, record);

ANALYZE "review";

SELECT count(*) FILTER (WHERE x.kind = 'new'), count(*) FILTER (WHERE x.kind = 'changed'),
       count(*) FILTER (WHERE x.kind = 'unchanged'), CAST(coalesce(sum(x.mark), 0) AS text)
  FROM "review" x;

SELECT count(*)
  FROM (SELECT FROM "shapes"."Parcel" t
          JOIN "ready" r ON t."number" = "r"."v1"
         WHERE ROW(t."weight") IS DISTINCT FROM ROW(r."v2")
           FOR NO KEY UPDATE OF t) held;

SELECT count(*), count(*) FILTER (WHERE t."id" IS NULL), count(*) FILTER (WHERE t."id" IS NOT NULL AND ROW(t."weight") IS DISTINCT FROM ROW(r."v2"))
  FROM "ready" r
  LEFT JOIN "shapes"."Parcel" t ON t."number" = "r"."v1";

UPDATE "shapes"."Parcel" t
   SET "weight" = r."v2"
  FROM "ready" r
 WHERE r.ctid >= '(0,0)' AND r.ctid < '(256,0)'
   AND t."number" = "r"."v1"
   AND ROW(t."weight") IS DISTINCT FROM ROW(r."v2");

INSERT INTO "shapes"."Parcel" ("number", "weight")
SELECT r."v1", r."v2"
  FROM "ready" r
 WHERE r.ctid >= '(0,0)' AND r.ctid < '(256,0)'
   AND NOT EXISTS (SELECT FROM "shapes"."Parcel" t WHERE t."number" = "r"."v1")
 ORDER BY r.ctid
    ON CONFLICT DO NOTHING;

INSERT INTO "fault" (record, column_no, code)
SELECT r.record, 0, 'conflict'
  FROM "ready" r
 WHERE NOT EXISTS (
       SELECT FROM "shapes"."Parcel" t
        WHERE t."number" = "r"."v1"
          AND (t.xmin = pg_current_xact_id()::xid OR (t.xmin <> pg_current_xact_id()::xid AND ROW(t."weight") IS NOT DISTINCT FROM ROW(r."v2"))));

SELECT count(*)
  FROM "ready" r
  JOIN "shapes"."Parcel" t ON t."number" = "r"."v1"
 WHERE (t.xmin <> pg_current_xact_id()::xid AND ROW(t."weight") IS NOT DISTINCT FROM ROW(r."v2"));

SELECT v.record, (
       SELECT v.record - l.first_record + l.line
         FROM "lines" l
        WHERE l.first_record <= v.record
        ORDER BY l.first_record DESC
        LIMIT 1), (SELECT n.mark FROM (
SELECT r.record, r.ctid AS place, k.kind,
       hashtextextended(
           CASE k.kind WHEN 'changed' THEN CAST(ROW(t."id", t."weight") AS text) ELSE k.kind END, r.record
       ) AS mark
  FROM "ready" r
  LEFT JOIN "shapes"."Parcel" t ON t."number" = "r"."v1"
 CROSS JOIN LATERAL (
       SELECT CASE WHEN t."id" IS NULL THEN 'new' WHEN ROW(t."weight") IS DISTINCT FROM ROW(r."v2") THEN 'changed' ELSE 'unchanged' END
              AS kind) k) n WHERE n.place = v.place) IS DISTINCT FROM v.mark, left(CAST(t."number" AS text), 100000), left(CAST(r."v1" AS text), 100000), false, left(CAST(t."weight" AS text), 100000), left(CAST(r."v2" AS text), 100000), (t."weight" IS DISTINCT FROM r."v2")
  FROM "review" v
  JOIN "ready" r ON r.ctid = v.place
  LEFT JOIN "shapes"."Parcel" t ON t."number" = "r"."v1"
 WHERE v.kind = 'changed' AND v.record > 0
 ORDER BY v.record ASC
 LIMIT 51;
