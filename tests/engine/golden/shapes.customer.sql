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
 WHERE CASE WHEN (NOT s."c1" = '' AND (octet_length(s."c1") <= 20))
   AND (NOT s."c2" = '' AND (octet_length(s."c2") <= 100))
   AND (s."c3" = '' OR (octet_length(s."c3") <= 254 AND NOT s."c3" !~*  E'^[-!#$%&''*+/=?^_`{}|~0-9A-Z]+(?:\\.[-!#$%&''*+/=?^_`{}|~0-9A-Z]+)*@(?:[a-z¡-￿0-9](?:[a-z¡-￿0-9-]{0,61}[a-z¡-￿0-9])?(?:\\.(?!-)[a-z¡-￿0-9-]{1,63}(?<!-))*\\.(?!-)(?:[a-z¡-￿-]{2,63}|xn--[a-z0-9]{1,59})(?<!-)|localhost)$'))
   AND (s."c4" = '' OR (CASE WHEN s."c4" = '' THEN CAST(NULL AS text) WHEN s."c4" <> ALL (CAST('{Active,Gone,a,g}' AS text[])) THEN 'not_a_choice' END IS NULL AND s."c4" = btrim(s."c4", E' \t\r\n\f\x0b'))) THEN false ELSE true END;

ANALYZE "suspect";

INSERT INTO "fault" (record, column_no, code, detail)
SELECT s.record, f.column_no, split_part(e.fault, ' ', 1),
       NULLIF(substr(e.fault, strpos(e.fault || ' ', ' ') + 1), '')
  FROM "suspect" x
  JOIN (SELECT s.record, s."c1" AS "c1", s."c2" AS "c2", s."c3" AS "c3", btrim(s."c4", E' \t\r\n\f\x0b') AS "c4" FROM "raw" s) s ON s.record = x.record
 CROSS JOIN LATERAL (VALUES
       (0, ARRAY[CASE WHEN s."c1" = '' THEN 'required' WHEN char_length(s."c1") > 20 THEN 'too_long' END]),
       (1, ARRAY[CASE WHEN s."c2" = '' THEN 'required' WHEN char_length(s."c2") > 100 THEN 'too_long' END]),
       (2, CASE WHEN s."c3" = '' THEN ARRAY[CAST(NULL AS text)] ELSE ARRAY[CASE WHEN char_length(s."c3") > 254 THEN 'too_long' END, CASE WHEN s."c3" !~*  E'^[-!#$%&''*+/=?^_`{}|~0-9A-Z]+(?:\\.[-!#$%&''*+/=?^_`{}|~0-9A-Z]+)*@(?:[a-z¡-￿0-9](?:[a-z¡-￿0-9-]{0,61}[a-z¡-￿0-9])?(?:\\.(?!-)[a-z¡-￿0-9-]{1,63}(?<!-))*\\.(?!-)(?:[a-z¡-￿-]{2,63}|xn--[a-z0-9]{1,59})(?<!-)|localhost)$' THEN 'pattern 0' END] END),
       (3, ARRAY[CASE WHEN s."c4" = '' THEN CAST(NULL AS text) WHEN s."c4" <> ALL (CAST('{Active,Gone,a,g}' AS text[])) THEN 'not_a_choice' END])) AS f (column_no, faults)
 CROSS JOIN LATERAL unnest(f.faults) AS e (fault)
 WHERE e.fault IS NOT NULL;

ANALYZE "fault";

CREATE UNLOGGED TABLE "ready" AS
SELECT * FROM (
SELECT s.record,
       CAST(s."c1" AS text) AS "v1",
       CAST(s."c2" AS text) AS "v2",
       CASE WHEN s."c3" = '' THEN '' ELSE CAST(s."c3" AS text) END AS "v3",
       CASE WHEN s."c4" = '' THEN CAST('a' AS text) ELSE CAST(CAST('{"Active": "a", "Gone": "g", "a": "a", "g": "g"}' AS jsonb) ->> s."c4" AS text) END AS "v4"
  FROM "raw" s
 WHERE NOT EXISTS (SELECT FROM "fault" f WHERE f.record = s.record)
 UNION ALL
SELECT s.record,
       CASE WHEN 0 = ANY (f.faulty) THEN NULL ELSE CAST(s."c1" AS text) END AS "v1",
       CASE WHEN 1 = ANY (f.faulty) THEN NULL ELSE CAST(s."c2" AS text) END AS "v2",
       CASE WHEN 2 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c3" = '' THEN '' ELSE CAST(s."c3" AS text) END END AS "v3",
       CASE WHEN 3 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c4" = '' THEN CAST('a' AS text) ELSE CAST(CAST('{"Active": "a", "Gone": "g", "a": "a", "g": "g"}' AS jsonb) ->> s."c4" AS text) END END AS "v4"
  FROM "raw" s
  JOIN (SELECT record, array_agg(column_no) AS faulty
          FROM "fault"
         GROUP BY record) f ON f.record = s.record) typed
 ORDER BY "v1" COLLATE "C";

INSERT INTO "fault" (record, column_no, code, detail)
SELECT r.record, 0, 'duplicate_in_file', CAST(d.first AS text)
  FROM "ready" r
  JOIN (SELECT "v1", min(record) AS first
          FROM "ready"
         GROUP BY "v1"
        HAVING count(*) > 1) d ON r."v1" = d."v1"
 WHERE r.record > d.first;

WITH n AS NOT MATERIALIZED (
    SELECT n.sluice_record, n."sluice_n1", tenant_id AS "sluice_k1", email AS "sluice_k2" FROM (SELECT r.record AS sluice_record, r."v1" AS "sluice_n1", CAST(r."v3" AS character varying) AS "email", CAST(CAST('7' AS int8) AS bigint) AS "tenant_id" FROM "ready" r) n WHERE true AND ((NOT ((email)::text = ''::text)))
   AND NOT EXISTS (
       SELECT FROM "fault" f
        WHERE f.record = n.sluice_record AND f.column_no = ANY (ARRAY[2])
          AND f.code <> ALL ('{duplicate_in_file,taken,already_exists}'))
)
INSERT INTO "fault" (record, column_no, code, detail)
SELECT n.sluice_record, 2, 'duplicate_in_file', CAST(d.first AS text)
  FROM n
  JOIN (SELECT "sluice_k1", "sluice_k2", min(sluice_record) AS first
          FROM n
         GROUP BY "sluice_k1", "sluice_k2"
        HAVING count(*) > 1) d ON "n"."sluice_k1" = "d"."sluice_k1" AND "n"."sluice_k2" = "d"."sluice_k2"
 WHERE n.sluice_record > d.first;

INSERT INTO "fault" (record, column_no, code)
SELECT n.sluice_record, 2, 'taken'
  FROM (SELECT n.sluice_record, n."sluice_n1", tenant_id AS "sluice_k1", email AS "sluice_k2" FROM (SELECT r.record AS sluice_record, r."v1" AS "sluice_n1", CAST(r."v3" AS character varying) AS "email", CAST(CAST('7' AS int8) AS bigint) AS "tenant_id" FROM "ready" r) n WHERE true AND ((NOT ((email)::text = ''::text)))
   AND NOT EXISTS (
       SELECT FROM "fault" f
        WHERE f.record = n.sluice_record AND f.column_no = ANY (ARRAY[2])
          AND f.code <> ALL ('{duplicate_in_file,taken,already_exists}'))) n
  JOIN (SELECT "number" AS "sluice_n1", (true AND "t"."tenant_id" = CAST('7' AS int8)) AS sluice_in_scope, tenant_id AS "sluice_k1", email AS "sluice_k2"
          FROM "shapes_customer" t
         WHERE true AND ((NOT ((email)::text = ''::text)))) t ON "t"."sluice_k1" = "n"."sluice_k1" AND "t"."sluice_k2" = "n"."sluice_k2"
 WHERE NOT (t.sluice_in_scope AND t."sluice_n1" = n."sluice_n1");

DELETE FROM "ready" r USING "fault" f WHERE r.record = f.record;

ANALYZE "ready";

DROP TABLE IF EXISTS "review";

CREATE UNLOGGED TABLE "review" AS
SELECT r.record, r.ctid AS place, k.kind,
       hashtextextended(
           CASE k.kind WHEN 'changed' THEN CAST(ROW(t."id", t."name", t."email", t."status") AS text) ELSE k.kind END, r.record
       ) AS mark
  FROM "ready" r
  LEFT JOIN "shapes_customer" t ON t."number" = "r"."v1" AND "t"."tenant_id" = CAST('7' AS int8)
 CROSS JOIN LATERAL (
       SELECT CASE WHEN t."id" IS NULL THEN 'new' WHEN ROW(t."name", t."email", t."status") IS DISTINCT FROM ROW(r."v2", r."v3", r."v4") THEN 'changed' ELSE 'unchanged' END
              AS kind) k;

CREATE INDEX ON "review" (kind, record);

ANALYZE "review";

SELECT count(*) FILTER (WHERE x.kind = 'new'), count(*) FILTER (WHERE x.kind = 'changed'),
       count(*) FILTER (WHERE x.kind = 'unchanged'), CAST(coalesce(sum(x.mark), 0) AS text)
  FROM "review" x;

SELECT count(*)
  FROM (SELECT FROM "shapes_customer" t
          JOIN "ready" r ON t."number" = "r"."v1" AND "t"."tenant_id" = CAST('7' AS int8)
         WHERE ROW(t."name", t."email", t."status") IS DISTINCT FROM ROW(r."v2", r."v3", r."v4")
           FOR NO KEY UPDATE OF t) held;

SELECT count(*), count(*) FILTER (WHERE t."id" IS NULL), count(*) FILTER (WHERE t."id" IS NOT NULL AND ROW(t."name", t."email", t."status") IS DISTINCT FROM ROW(r."v2", r."v3", r."v4"))
  FROM "ready" r
  LEFT JOIN "shapes_customer" t ON t."number" = "r"."v1" AND "t"."tenant_id" = CAST('7' AS int8);

UPDATE "shapes_customer" t
   SET "name" = r."v2", "email" = r."v3", "status" = r."v4"
  FROM "ready" r
 WHERE r.ctid >= '(0,0)' AND r.ctid < '(256,0)'
   AND t."number" = "r"."v1" AND "t"."tenant_id" = CAST('7' AS int8)
   AND ROW(t."name", t."email", t."status") IS DISTINCT FROM ROW(r."v2", r."v3", r."v4");

INSERT INTO "shapes_customer" ("number", "name", "email", "status", "tenant_id")
SELECT r."v1", r."v2", r."v3", r."v4", CAST('7' AS int8)
  FROM "ready" r
 WHERE r.ctid >= '(0,0)' AND r.ctid < '(256,0)'
   AND NOT EXISTS (SELECT FROM "shapes_customer" t WHERE t."number" = "r"."v1" AND "t"."tenant_id" = CAST('7' AS int8))
 ORDER BY r.ctid
    ON CONFLICT DO NOTHING;

INSERT INTO "fault" (record, column_no, code)
SELECT r.record, 0, 'conflict'
  FROM "ready" r
 WHERE NOT EXISTS (
       SELECT FROM "shapes_customer" t
        WHERE t."number" = "r"."v1" AND "t"."tenant_id" = CAST('7' AS int8)
          AND (t.xmin = pg_current_xact_id()::xid OR (t.xmin <> pg_current_xact_id()::xid AND ROW(t."name", t."email", t."status") IS NOT DISTINCT FROM ROW(r."v2", r."v3", r."v4"))));

SELECT count(*)
  FROM "ready" r
  JOIN "shapes_customer" t ON t."number" = "r"."v1" AND "t"."tenant_id" = CAST('7' AS int8)
 WHERE (t.xmin <> pg_current_xact_id()::xid AND ROW(t."name", t."email", t."status") IS NOT DISTINCT FROM ROW(r."v2", r."v3", r."v4"));

SELECT v.record, (
       SELECT v.record - l.first_record + l.line
         FROM "lines" l
        WHERE l.first_record <= v.record
        ORDER BY l.first_record DESC
        LIMIT 1), (SELECT n.mark FROM (
SELECT r.record, r.ctid AS place, k.kind,
       hashtextextended(
           CASE k.kind WHEN 'changed' THEN CAST(ROW(t."id", t."name", t."email", t."status") AS text) ELSE k.kind END, r.record
       ) AS mark
  FROM "ready" r
  LEFT JOIN "shapes_customer" t ON t."number" = "r"."v1" AND "t"."tenant_id" = CAST('7' AS int8)
 CROSS JOIN LATERAL (
       SELECT CASE WHEN t."id" IS NULL THEN 'new' WHEN ROW(t."name", t."email", t."status") IS DISTINCT FROM ROW(r."v2", r."v3", r."v4") THEN 'changed' ELSE 'unchanged' END
              AS kind) k) n WHERE n.place = v.place) IS DISTINCT FROM v.mark, left(CAST(t."number" AS text), 100000), left(CAST(r."v1" AS text), 100000), false, left(CAST(t."name" AS text), 100000), left(CAST(r."v2" AS text), 100000), (t."name" IS DISTINCT FROM r."v2"), left(CAST(t."email" AS text), 100000), left(CAST(r."v3" AS text), 100000), (t."email" IS DISTINCT FROM r."v3"), left(CAST(t."status" AS text), 100000), left(CAST(r."v4" AS text), 100000), (t."status" IS DISTINCT FROM r."v4")
  FROM "review" v
  JOIN "ready" r ON r.ctid = v.place
  LEFT JOIN "shapes_customer" t ON t."number" = "r"."v1" AND "t"."tenant_id" = CAST('7' AS int8)
 WHERE v.kind = 'changed' AND v.record > 0
 ORDER BY v.record ASC
 LIMIT 51;
