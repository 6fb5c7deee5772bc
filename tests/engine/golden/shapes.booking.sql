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
 WHERE CASE WHEN (NOT s."c1" = '' AND (octet_length(s."c1") <= 10 AND NOT s."c1" !~  E'^B\\d+$'))
   AND (NOT s."c2" = '' AND (octet_length(s."c2") <= 10))
   AND (NOT s."c3" = '' AND (octet_length(s."c3") = 10 AND CASE WHEN pg_input_is_valid(s."c3", 'date') THEN CAST(CAST(s."c3" AS date) AS text) = s."c3" ELSE false END))
   AND (NOT s."c4" = '' AND (octet_length(s."c4") = 10 AND CASE WHEN pg_input_is_valid(s."c4", 'date') THEN CAST(CAST(s."c4" AS date) AS text) = s."c4" ELSE false END))
   AND (s."c5" = '' OR (CASE WHEN s."c5" = '' THEN CAST(NULL AS text) WHEN lower(s."c5") <> ALL (CAST('{true,t,yes,y,on,1,false,f,no,n,off,0}' AS text[])) THEN 'not_true_or_false' END IS NULL AND s."c5" = btrim(s."c5", E' \t\r\n\f\x0b')))
   AND (s."c6" = '' OR (octet_length(s."c6") <= 10))
   AND (s."c7" = '' OR (s."c7" !~ '[^0-9-]' AND pg_input_is_valid(s."c7", 'int4')))
   AND (s."c8" = '' OR (substr(s."c8", 20) IN ('', 'Z') AND s."c8" NOT LIKE '0001%' AND s."c8" NOT LIKE '9999%' AND CASE WHEN pg_input_is_valid(s."c8", 'timestamp') THEN CAST(CAST(s."c8" AS timestamp) AS text) = translate(left(s."c8", 19), 'T', ' ') ELSE false END))
   AND (s."c9" = '' OR (s."c9" !~ '[^0-9-]' AND pg_input_is_valid(s."c9", 'int4')))
   AND (s."c10" = '' OR ((CASE WHEN s."c10" = '' THEN CAST(NULL AS text) END IS NULL AND s."c10" = btrim(s."c10", E' \t\r\n\f\x0b')))) THEN false ELSE true END;

ANALYZE "suspect";

INSERT INTO "fault" (record, column_no, code, detail)
SELECT s.record, f.column_no, split_part(e.fault, ' ', 1),
       NULLIF(substr(e.fault, strpos(e.fault || ' ', ' ') + 1), '')
  FROM "suspect" x
  JOIN (SELECT s.record, s."c1" AS "c1", s."c2" AS "c2", btrim(s."c3", E' \t\r\n\f\x0b') AS "c3", btrim(s."c4", E' \t\r\n\f\x0b') AS "c4", btrim(s."c5", E' \t\r\n\f\x0b') AS "c5", s."c6" AS "c6", btrim(s."c7", E' \t\r\n\f\x0b') AS "c7", btrim(s."c8", E' \t\r\n\f\x0b') AS "c8", btrim(s."c9", E' \t\r\n\f\x0b') AS "c9", btrim(s."c10", E' \t\r\n\f\x0b') AS "c10" FROM "raw" s) s ON s.record = x.record
 CROSS JOIN LATERAL (VALUES
       (0, CASE WHEN s."c1" = '' THEN ARRAY['required'] ELSE ARRAY[CASE WHEN char_length(s."c1") > 10 THEN 'too_long' END, CASE WHEN s."c1" !~  E'^B\\d+$' THEN 'pattern 0' END] END),
       (1, ARRAY[CASE WHEN s."c2" = '' THEN 'required' WHEN char_length(s."c2") > 10 THEN 'too_long' END]),
       (2, ARRAY[CASE WHEN s."c3" = '' THEN 'required' WHEN s."c3" !~ '^([0-9]{4}-[0-9]{2}-[0-9]{2})$' THEN 'not_a_date' WHEN NOT pg_input_is_valid(s."c3", 'date') THEN 'not_a_date' END]),
       (3, ARRAY[CASE WHEN s."c4" = '' THEN 'required' WHEN s."c4" !~ '^([0-9]{4}-[0-9]{2}-[0-9]{2})$' THEN 'not_a_date' WHEN NOT pg_input_is_valid(s."c4", 'date') THEN 'not_a_date' END]),
       (4, ARRAY[CASE WHEN s."c5" = '' THEN CAST(NULL AS text) WHEN lower(s."c5") <> ALL (CAST('{true,t,yes,y,on,1,false,f,no,n,off,0}' AS text[])) THEN 'not_true_or_false' END]),
       (5, ARRAY[CASE WHEN s."c6" = '' THEN CAST(NULL AS text) WHEN char_length(s."c6") > 10 THEN 'too_long' END]),
       (6, ARRAY[CASE WHEN s."c7" = '' THEN CAST(NULL AS text) WHEN s."c7" !~ '^[+-]?([0-9]+)$' THEN 'not_a_whole_number' WHEN NOT pg_input_is_valid(s."c7", 'int4') THEN 'out_of_range' END]),
       (7, ARRAY[CASE WHEN s."c8" = '' THEN CAST(NULL AS text) WHEN s."c8" !~  E'^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,6})?)? ?([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)?$' THEN 'not_a_datetime' WHEN NOT pg_input_is_valid(s."c8", 'timestamptz') THEN 'not_a_datetime' WHEN CAST(s."c8" AS timestamptz) NOT BETWEEN timestamptz '0001-01-01 00:00:00+00' AND timestamptz '9999-12-31 23:59:59.999999+00' THEN 'not_a_datetime' END]),
       (8, ARRAY[CASE WHEN s."c9" = '' THEN CAST(NULL AS text) WHEN s."c9" !~ '^[+-]?([0-9]+)$' THEN 'not_a_whole_number' WHEN NOT pg_input_is_valid(s."c9", 'int4') THEN 'out_of_range' END]),
       (9, ARRAY[CASE WHEN s."c10" = '' THEN CAST(NULL AS text) END])) AS f (column_no, faults)
 CROSS JOIN LATERAL unnest(f.faults) AS e (fault)
 WHERE e.fault IS NOT NULL;

ANALYZE "fault";

CREATE UNLOGGED TABLE "ready" AS
SELECT * FROM (
SELECT s.record,
       CAST(s."c1" AS text) AS "v1",
       CAST(s."c2" AS text) AS "v2",
       CAST(s."c3" AS date) AS "v3",
       CAST(s."c4" AS date) AS "v4",
       CASE WHEN s."c5" = '' THEN CAST('false' AS bool) ELSE (lower(s."c5") = ANY (CAST('{true,t,yes,y,on,1}' AS text[]))) END AS "v5",
       CASE WHEN s."c6" = '' THEN CAST(NULL AS text) ELSE CAST(s."c6" AS text) END AS "v6",
       CASE WHEN s."c7" = '' THEN CAST(NULL AS int4) ELSE CAST(s."c7" AS int4) END AS "v7",
       CASE WHEN s."c8" = '' THEN CAST(now() AS timestamptz) ELSE CAST(s."c8" AS timestamptz) END AS "v8",
       CASE WHEN s."c9" = '' THEN CAST((length('four'::text) + 3) AS int4) ELSE CAST(s."c9" AS int4) END AS "v9",
       CASE WHEN s."c10" = '' THEN CAST(NULL AS uuid) ELSE "p10".pk END AS "v10"
  FROM "raw" s
  LEFT JOIN (SELECT p."id" AS pk, p."Slug of it" AS "k1" FROM "All the Articles" p WHERE true) "p10" ON "p10"."k1" = s."c10"
 WHERE NOT EXISTS (SELECT FROM "fault" f WHERE f.record = s.record)
 UNION ALL
SELECT s.record,
       CASE WHEN 0 = ANY (f.faulty) THEN NULL ELSE CAST(s."c1" AS text) END AS "v1",
       CASE WHEN 1 = ANY (f.faulty) THEN NULL ELSE CAST(s."c2" AS text) END AS "v2",
       CASE WHEN 2 = ANY (f.faulty) THEN NULL ELSE CAST(s."c3" AS date) END AS "v3",
       CASE WHEN 3 = ANY (f.faulty) THEN NULL ELSE CAST(s."c4" AS date) END AS "v4",
       CASE WHEN 4 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c5" = '' THEN CAST('false' AS bool) ELSE (lower(s."c5") = ANY (CAST('{true,t,yes,y,on,1}' AS text[]))) END END AS "v5",
       CASE WHEN 5 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c6" = '' THEN CAST(NULL AS text) ELSE CAST(s."c6" AS text) END END AS "v6",
       CASE WHEN 6 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c7" = '' THEN CAST(NULL AS int4) ELSE CAST(s."c7" AS int4) END END AS "v7",
       CASE WHEN 7 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c8" = '' THEN CAST(now() AS timestamptz) ELSE CAST(s."c8" AS timestamptz) END END AS "v8",
       CASE WHEN 8 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c9" = '' THEN CAST((length('four'::text) + 3) AS int4) ELSE CAST(s."c9" AS int4) END END AS "v9",
       CASE WHEN 9 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c10" = '' THEN CAST(NULL AS uuid) ELSE "p10".pk END END AS "v10"
  FROM "raw" s
  JOIN (SELECT record, array_agg(column_no) AS faulty
          FROM "fault"
         GROUP BY record) f ON f.record = s.record
  LEFT JOIN (SELECT p."id" AS pk, p."Slug of it" AS "k1" FROM "All the Articles" p WHERE true) "p10" ON "p10"."k1" = s."c10") typed
 ORDER BY "v1" COLLATE "C";

INSERT INTO "fault" (record, column_no, code)
SELECT r.record, 9, 'unknown_reference'
  FROM "ready" r
  JOIN "raw" s ON s.record = r.record
 WHERE r."v10" IS NULL AND NOT s."c10" = ''
   AND NOT EXISTS (
       SELECT FROM "fault" f WHERE f.record = r.record AND f.column_no = 9);

INSERT INTO "fault" (record, column_no, code, detail)
SELECT x.record, 0, 'duplicate_in_file',
       CAST(CASE WHEN x.record = x.first THEN x.second ELSE x.first END AS text)
  FROM (SELECT r.record, d.first,
               lead(r.record) OVER (PARTITION BY d.first ORDER BY r.record) AS second
          FROM "ready" r
          JOIN (SELECT "v1", min(record) AS first
                  FROM "ready"
                 GROUP BY "v1"
                HAVING count(*) > 1) d ON r."v1" = d."v1") x;

WITH n AS NOT MATERIALIZED (
    SELECT n.sluice_record, n."sluice_n1", lower(code::text) AS "sluice_k1" FROM (SELECT r.record AS sluice_record, r."v1" AS "sluice_n1", CAST(r."v6" AS character varying) AS "code" FROM "ready" r) n WHERE true
   AND NOT EXISTS (
       SELECT FROM "fault" f
        WHERE f.record = n.sluice_record AND f.column_no = ANY (ARRAY[5])
          AND f.code <> ALL ('{duplicate_in_file,taken,already_exists}'))
)
INSERT INTO "fault" (record, column_no, code, detail)
SELECT n.sluice_record, 5, 'duplicate_in_file', CAST(d.first AS text)
  FROM n
  JOIN (SELECT "sluice_k1", min(sluice_record) AS first
          FROM n
         GROUP BY "sluice_k1"
        HAVING count(*) > 1) d ON "n"."sluice_k1" = "d"."sluice_k1"
 WHERE n.sluice_record > d.first;

INSERT INTO "fault" (record, column_no, code)
SELECT n.sluice_record, 5, 'taken'
  FROM (SELECT n.sluice_record, n."sluice_n1", lower(code::text) AS "sluice_k1" FROM (SELECT r.record AS sluice_record, r."v1" AS "sluice_n1", CAST(r."v6" AS character varying) AS "code" FROM "ready" r) n WHERE true
   AND NOT EXISTS (
       SELECT FROM "fault" f
        WHERE f.record = n.sluice_record AND f.column_no = ANY (ARRAY[5])
          AND f.code <> ALL ('{duplicate_in_file,taken,already_exists}'))) n
  JOIN (SELECT "reference" AS "sluice_n1", (true) AS sluice_in_scope, lower(code::text) AS "sluice_k1"
          FROM "shapes_booking" t
         WHERE true) t ON "t"."sluice_k1" = "n"."sluice_k1"
 WHERE NOT (t.sluice_in_scope AND t."sluice_n1" = n."sluice_n1");

WITH n AS NOT MATERIALIZED (
    SELECT n.sluice_record, n."sluice_n1", ROW(room, seat) AS "sluice_k1" FROM (SELECT r.record AS sluice_record, r."v1" AS "sluice_n1", CAST(r."v2" AS character varying) AS "room", CAST(r."v7" AS integer) AS "seat" FROM "ready" r) n WHERE true
   AND NOT EXISTS (
       SELECT FROM "fault" f
        WHERE f.record = n.sluice_record AND f.column_no = ANY (ARRAY[1, 6])
          AND f.code <> ALL ('{duplicate_in_file,taken,already_exists}'))
)
INSERT INTO "fault" (record, column_no, code, detail)
SELECT n.sluice_record, NULL, 'duplicate_in_file', CAST(d.first AS text)
  FROM n
  JOIN (SELECT "sluice_k1", min(sluice_record) AS first
          FROM n
         GROUP BY "sluice_k1"
        HAVING count(*) > 1) d ON "n"."sluice_k1" = "d"."sluice_k1"
 WHERE n.sluice_record > d.first;

INSERT INTO "fault" (record, column_no, code)
SELECT n.sluice_record, NULL, 'taken'
  FROM (SELECT n.sluice_record, n."sluice_n1", ROW(room, seat) AS "sluice_k1" FROM (SELECT r.record AS sluice_record, r."v1" AS "sluice_n1", CAST(r."v2" AS character varying) AS "room", CAST(r."v7" AS integer) AS "seat" FROM "ready" r) n WHERE true
   AND NOT EXISTS (
       SELECT FROM "fault" f
        WHERE f.record = n.sluice_record AND f.column_no = ANY (ARRAY[1, 6])
          AND f.code <> ALL ('{duplicate_in_file,taken,already_exists}'))) n
  JOIN (SELECT "reference" AS "sluice_n1", (true) AS sluice_in_scope, ROW(room, seat) AS "sluice_k1"
          FROM "shapes_booking" t
         WHERE true) t ON "t"."sluice_k1" = "n"."sluice_k1"
 WHERE NOT (t.sluice_in_scope AND t."sluice_n1" = n."sluice_n1");

WITH n AS NOT MATERIALIZED (
    SELECT n.sluice_record, n."sluice_n1", room AS "sluice_k1", begins AS "sluice_k2" FROM (SELECT r.record AS sluice_record, r."v1" AS "sluice_n1", CAST(r."v2" AS character varying) AS "room", CAST(r."v3" AS date) AS "begins", CAST(r."v5" AS boolean) AS "cancelled" FROM "ready" r) n WHERE true AND ((NOT cancelled))
   AND NOT EXISTS (
       SELECT FROM "fault" f
        WHERE f.record = n.sluice_record AND f.column_no = ANY (ARRAY[1, 2, 4])
          AND f.code <> ALL ('{duplicate_in_file,taken,already_exists}'))
)
INSERT INTO "fault" (record, column_no, code, detail)
SELECT n.sluice_record, NULL, 'duplicate_in_file', CAST(d.first AS text)
  FROM n
  JOIN (SELECT "sluice_k1", "sluice_k2", min(sluice_record) AS first
          FROM n
         GROUP BY "sluice_k1", "sluice_k2"
        HAVING count(*) > 1) d ON "n"."sluice_k1" = "d"."sluice_k1" AND "n"."sluice_k2" = "d"."sluice_k2"
 WHERE n.sluice_record > d.first;

INSERT INTO "fault" (record, column_no, code)
SELECT n.sluice_record, NULL, 'taken'
  FROM (SELECT n.sluice_record, n."sluice_n1", room AS "sluice_k1", begins AS "sluice_k2" FROM (SELECT r.record AS sluice_record, r."v1" AS "sluice_n1", CAST(r."v2" AS character varying) AS "room", CAST(r."v3" AS date) AS "begins", CAST(r."v5" AS boolean) AS "cancelled" FROM "ready" r) n WHERE true AND ((NOT cancelled))
   AND NOT EXISTS (
       SELECT FROM "fault" f
        WHERE f.record = n.sluice_record AND f.column_no = ANY (ARRAY[1, 2, 4])
          AND f.code <> ALL ('{duplicate_in_file,taken,already_exists}'))) n
  JOIN (SELECT "reference" AS "sluice_n1", (true) AS sluice_in_scope, room AS "sluice_k1", begins AS "sluice_k2"
          FROM "shapes_booking" t
         WHERE true AND ((NOT cancelled))) t ON "t"."sluice_k1" = "n"."sluice_k1" AND "t"."sluice_k2" = "n"."sluice_k2"
 WHERE NOT (t.sluice_in_scope AND t."sluice_n1" = n."sluice_n1");

WITH n AS NOT MATERIALIZED (
    SELECT n.sluice_record, n."sluice_n1", article_id AS "sluice_k1" FROM (SELECT r.record AS sluice_record, r."v1" AS "sluice_n1", CAST(r."v10" AS uuid) AS "article_id" FROM "ready" r) n WHERE true
)
INSERT INTO "fault" (record, column_no, code, detail)
SELECT n.sluice_record, 9, 'duplicate_in_file', CAST(d.first AS text)
  FROM n
  JOIN (SELECT "sluice_k1", min(sluice_record) AS first
          FROM n
         GROUP BY "sluice_k1"
        HAVING count(*) > 1) d ON "n"."sluice_k1" = "d"."sluice_k1"
 WHERE n.sluice_record > d.first;

INSERT INTO "fault" (record, column_no, code)
SELECT n.sluice_record, 9, 'taken'
  FROM (SELECT n.sluice_record, n."sluice_n1", article_id AS "sluice_k1" FROM (SELECT r.record AS sluice_record, r."v1" AS "sluice_n1", CAST(r."v10" AS uuid) AS "article_id" FROM "ready" r) n WHERE true) n
  JOIN (SELECT "reference" AS "sluice_n1", (true) AS sluice_in_scope, article_id AS "sluice_k1"
          FROM "shapes_booking" t
         WHERE true) t ON "t"."sluice_k1" = "n"."sluice_k1"
 WHERE NOT (t.sluice_in_scope AND t."sluice_n1" = n."sluice_n1");

INSERT INTO "fault" (record, column_no, code, detail)
SELECT n.sluice_record, NULL, 'check_failed', '0'
  FROM (SELECT r.record AS sluice_record, r."v1" AS "sluice_n1", CAST(r."v3" AS date) AS "begins", CAST(r."v4" AS date) AS "ends" FROM "ready" r) n
 WHERE NOT ((ends >= begins))
   AND NOT EXISTS (
       SELECT FROM "fault" f
        WHERE f.record = n.sluice_record AND f.column_no = ANY (ARRAY[2, 3])
          AND f.code <> ALL ('{duplicate_in_file,taken,already_exists}'));

DELETE FROM "ready" r USING "fault" f WHERE r.record = f.record;

ANALYZE "ready";

DROP TABLE IF EXISTS "review";

CREATE UNLOGGED TABLE "review" AS
SELECT r.record, r.ctid AS place, k.kind,
       hashtextextended(
           CASE k.kind WHEN 'changed' THEN CAST(ROW(t."id", t."room", t."begins", t."ends", t."cancelled", t."code", t."seat", t."made", t."bonus", t."article_id") AS text) ELSE k.kind END, r.record
       ) AS mark
  FROM "ready" r
  LEFT JOIN "shapes_booking" t ON t."reference" = "r"."v1"
 CROSS JOIN LATERAL (
       SELECT CASE WHEN t."id" IS NULL THEN 'new' WHEN ROW(t."room", t."begins", t."ends", t."cancelled", t."code", t."seat", t."made", t."bonus", t."article_id") IS DISTINCT FROM ROW(r."v2", r."v3", r."v4", r."v5", r."v6", r."v7", r."v8", r."v9", r."v10") THEN 'changed' ELSE 'unchanged' END
              AS kind) k;

CREATE INDEX ON "review" (kind, record);

ANALYZE "review";

SELECT count(*) FILTER (WHERE x.kind = 'new'), count(*) FILTER (WHERE x.kind = 'changed'),
       count(*) FILTER (WHERE x.kind = 'unchanged'), CAST(coalesce(sum(x.mark), 0) AS text)
  FROM "review" x;

SELECT CAST(coalesce(sum(hashtextextended(CAST(p AS text), 0)), 0) AS text)
  FROM (SELECT p."id" AS pk, p."Slug of it" AS "k1" FROM "All the Articles" p WHERE true) p
 WHERE p.pk IN (SELECT r."v10" FROM "ready" r);

WITH present AS (
    SELECT p."id" AS pk
      FROM "All the Articles" p
     WHERE p."id" IN (SELECT r."v10" FROM "ready" r)
       FOR KEY SHARE)
INSERT INTO "fault" (record, column_no, code)
SELECT r.record, 9, 'reference_vanished'
  FROM "ready" r
 WHERE r."v10" IS NOT NULL
   AND NOT EXISTS (SELECT FROM present WHERE present.pk = r."v10");

SELECT count(*)
  FROM (SELECT FROM "shapes_booking" t
          JOIN "ready" r ON t."reference" = "r"."v1"
         WHERE ROW(t."room", t."begins", t."ends", t."cancelled", t."code", t."seat", t."made", t."bonus", t."article_id") IS DISTINCT FROM ROW(r."v2", r."v3", r."v4", r."v5", r."v6", r."v7", r."v8", r."v9", r."v10")
           FOR NO KEY UPDATE OF t) held;

SELECT count(*), count(*) FILTER (WHERE t."id" IS NULL), count(*) FILTER (WHERE t."id" IS NOT NULL AND ROW(t."room", t."begins", t."ends", t."cancelled", t."code", t."seat", t."made", t."bonus", t."article_id") IS DISTINCT FROM ROW(r."v2", r."v3", r."v4", r."v5", r."v6", r."v7", r."v8", r."v9", r."v10"))
  FROM "ready" r
  LEFT JOIN "shapes_booking" t ON t."reference" = "r"."v1";

UPDATE "shapes_booking" t
   SET "room" = r."v2", "begins" = r."v3", "ends" = r."v4", "cancelled" = r."v5", "code" = r."v6", "seat" = r."v7", "made" = r."v8", "bonus" = r."v9", "article_id" = r."v10"
  FROM "ready" r
 WHERE r.ctid >= '(0,0)' AND r.ctid < '(256,0)'
   AND t."reference" = "r"."v1"
   AND ROW(t."room", t."begins", t."ends", t."cancelled", t."code", t."seat", t."made", t."bonus", t."article_id") IS DISTINCT FROM ROW(r."v2", r."v3", r."v4", r."v5", r."v6", r."v7", r."v8", r."v9", r."v10");

INSERT INTO "shapes_booking" ("reference", "room", "begins", "ends", "cancelled", "code", "seat", "made", "bonus", "article_id")
SELECT r."v1", r."v2", r."v3", r."v4", r."v5", r."v6", r."v7", r."v8", r."v9", r."v10"
  FROM "ready" r
 WHERE r.ctid >= '(0,0)' AND r.ctid < '(256,0)'
   AND NOT EXISTS (SELECT FROM "shapes_booking" t WHERE t."reference" = "r"."v1")
 ORDER BY r.ctid
    ON CONFLICT DO NOTHING;

INSERT INTO "fault" (record, column_no, code)
SELECT r.record, 0, 'conflict'
  FROM "ready" r
 WHERE NOT EXISTS (
       SELECT FROM "shapes_booking" t
        WHERE t."reference" = "r"."v1"
          AND (t.xmin = pg_current_xact_id()::xid OR (t.xmin <> pg_current_xact_id()::xid AND ROW(t."room", t."begins", t."ends", t."cancelled", t."code", t."seat", t."made", t."bonus", t."article_id") IS NOT DISTINCT FROM ROW(r."v2", r."v3", r."v4", r."v5", r."v6", r."v7", r."v8", r."v9", r."v10"))));

SELECT count(*)
  FROM "ready" r
  JOIN "shapes_booking" t ON t."reference" = "r"."v1"
 WHERE (t.xmin <> pg_current_xact_id()::xid AND ROW(t."room", t."begins", t."ends", t."cancelled", t."code", t."seat", t."made", t."bonus", t."article_id") IS NOT DISTINCT FROM ROW(r."v2", r."v3", r."v4", r."v5", r."v6", r."v7", r."v8", r."v9", r."v10"));

SELECT v.record, (
       SELECT v.record - l.first_record + l.line
         FROM "lines" l
        WHERE l.first_record <= v.record
        ORDER BY l.first_record DESC
        LIMIT 1), (SELECT n.mark FROM (
SELECT r.record, r.ctid AS place, k.kind,
       hashtextextended(
           CASE k.kind WHEN 'changed' THEN CAST(ROW(t."id", t."room", t."begins", t."ends", t."cancelled", t."code", t."seat", t."made", t."bonus", t."article_id") AS text) ELSE k.kind END, r.record
       ) AS mark
  FROM "ready" r
  LEFT JOIN "shapes_booking" t ON t."reference" = "r"."v1"
 CROSS JOIN LATERAL (
       SELECT CASE WHEN t."id" IS NULL THEN 'new' WHEN ROW(t."room", t."begins", t."ends", t."cancelled", t."code", t."seat", t."made", t."bonus", t."article_id") IS DISTINCT FROM ROW(r."v2", r."v3", r."v4", r."v5", r."v6", r."v7", r."v8", r."v9", r."v10") THEN 'changed' ELSE 'unchanged' END
              AS kind) k) n WHERE n.place = v.place) IS DISTINCT FROM v.mark, left(CAST(t."reference" AS text), 100000), left(CAST(r."v1" AS text), 100000), false, left(CAST(t."room" AS text), 100000), left(CAST(r."v2" AS text), 100000), (t."room" IS DISTINCT FROM r."v2"), left(CAST(t."begins" AS text), 100000), left(CAST(r."v3" AS text), 100000), (t."begins" IS DISTINCT FROM r."v3"), left(CAST(t."ends" AS text), 100000), left(CAST(r."v4" AS text), 100000), (t."ends" IS DISTINCT FROM r."v4"), left(CAST(t."cancelled" AS text), 100000), left(CAST(r."v5" AS text), 100000), (t."cancelled" IS DISTINCT FROM r."v5"), left(CAST(t."code" AS text), 100000), left(CAST(r."v6" AS text), 100000), (t."code" IS DISTINCT FROM r."v6"), left(CAST(t."seat" AS text), 100000), left(CAST(r."v7" AS text), 100000), (t."seat" IS DISTINCT FROM r."v7"), left(CAST(t."made" AS text), 100000), left(CAST(r."v8" AS text), 100000), (t."made" IS DISTINCT FROM r."v8"), left(CAST(t."bonus" AS text), 100000), left(CAST(r."v9" AS text), 100000), (t."bonus" IS DISTINCT FROM r."v9"), coalesce((
       SELECT concat_ws(' · ', CAST(q."k1" AS text))
         FROM (SELECT p."id" AS pk, p."Slug of it" AS "k1" FROM "All the Articles" p WHERE true) q
        WHERE q.pk = t."article_id"), '#' || CAST(t."article_id" AS text)), coalesce((
       SELECT concat_ws(' · ', CAST(q."k1" AS text))
         FROM (SELECT p."id" AS pk, p."Slug of it" AS "k1" FROM "All the Articles" p WHERE true) q
        WHERE q.pk = r."v10"), '#' || CAST(r."v10" AS text)), (t."article_id" IS DISTINCT FROM r."v10")
  FROM "review" v
  JOIN "ready" r ON r.ctid = v.place
  LEFT JOIN "shapes_booking" t ON t."reference" = "r"."v1"
 WHERE v.kind = 'changed' AND v.record > 0
 ORDER BY v.record ASC
 LIMIT 51;
