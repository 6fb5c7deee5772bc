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
 WHERE CASE WHEN (s."c1" = '' OR (octet_length(s."c1") = 36 AND CASE WHEN pg_input_is_valid(s."c1", 'uuid') THEN CAST(CAST(s."c1" AS uuid) AS text) = lower(s."c1") ELSE false END))
   AND (NOT s."c2" = '' AND (octet_length(s."c2") <= 50 AND NOT s."c2" !~  E'^[-a-zA-Z0-9_]+\\Z'))
   AND (NOT s."c3" = '' AND (octet_length(s."c3") <= 20 AND NOT s."c3" !~ '^(?:.){2,}$'))
   AND (s."c4" = '' OR (true))
   AND (s."c5" = '' OR (octet_length(s."c5") <= 200 AND NOT s."c5" !~*  E'^(?:[a-z0-9.+-]*)://(?:[^\\s:@/]+(?::[^\\s:@/]*)?@)?(?:(?:0|25[0-5]|2[0-4][0-9]|1[0-9]?[0-9]?|[1-9][0-9]?)(?:\\.(?:0|25[0-5]|2[0-4][0-9]|1[0-9]?[0-9]?|[1-9][0-9]?)){3}|\\[[0-9a-f:.]+\\]|([a-z¡-￿0-9](?:[a-z¡-￿0-9-]{0,61}[a-z¡-￿0-9])?(?:\\.(?!-)[a-z¡-￿0-9-]{1,63}(?<!-))*\\.(?!-)(?:[a-z¡-￿-]{2,63}|xn--[a-z0-9]{1,59})(?<!-)\\.?|localhost))(?::[0-9]{1,5})?(?:[/?#][^\\s]*)?\\Z' AND NOT s."c5" !~* '^(?:http|https|ftp|ftps)://'))
   AND (s."c6" = ANY (CAST('{"",NA}' AS text[])) OR CASE WHEN (s."c6" !~ '[^0-9-]' AND pg_input_is_valid(s."c6", 'int2')) THEN NOT CAST(s."c6" AS numeric) < CAST('0' AS numeric) AND NOT CAST(s."c6" AS numeric) > CAST('10' AS numeric) ELSE false END)
   AND (s."c7" = '' OR CASE WHEN (s."c7" !~ '[^0-9-]' AND pg_input_is_valid(s."c7", 'int8')) THEN NOT CAST(s."c7" AS numeric) < CAST('0' AS numeric) ELSE false END)
   AND (s."c8" = '' OR CASE WHEN (s."c8" ~ '^[+-]?(([0-9]+|[0-9]{1,3}([.][0-9]{3})+)([,][0-9]*)?|[,][0-9]+)([eE][+-]?[0-9]{1,3})?$' AND pg_input_is_valid(translate(s."c8", ',.', '.'), 'numeric')) THEN NOT scale(trim_scale(CAST(translate(s."c8", ',.', '.') AS numeric))) > 2 AND NOT abs(CAST(translate(s."c8", ',.', '.') AS numeric)) >= CAST('10000' AS numeric) ELSE false END)
   AND (s."c9" = '' OR (CASE WHEN s."c9" = '' THEN CAST(NULL AS text) WHEN s."c9" !~ '^[+-]?(([0-9]+)([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})?$' THEN 'not_a_number' WHEN NOT pg_input_is_valid(s."c9", 'float8') THEN 'out_of_range' WHEN CAST(CAST(CAST(s."c9" AS float8) AS text) AS numeric) <> CAST(s."c9" AS numeric) THEN 'loses_digits' END IS NULL AND s."c9" = btrim(s."c9", E' \t\r\n\f\x0b')))
   AND (s."c10" = '' OR (CASE WHEN s."c10" = '' THEN CAST(NULL AS text) WHEN lower(s."c10") <> ALL (CAST('{ja,nein}' AS text[])) THEN 'not_true_or_false' END IS NULL AND s."c10" = btrim(s."c10", E' \t\r\n\f\x0b')))
   AND (s."c11" = '' OR (octet_length(s."c11") = 10 AND CASE WHEN pg_input_is_valid(s."c11", 'date') THEN CAST(CAST(s."c11" AS date) AS text) = s."c11" ELSE false END))
   AND (s."c12" = '' OR (substr(s."c12", 20) IN ('', 'Z') AND s."c12" NOT LIKE '0001%' AND s."c12" NOT LIKE '9999%' AND CASE WHEN pg_input_is_valid(s."c12", 'timestamp') THEN CAST(CAST(s."c12" AS timestamp) AS text) = translate(left(s."c12", 19), 'T', ' ') ELSE false END))
   AND (s."c13" = '' OR (octet_length(s."c13") = 8 AND CASE WHEN pg_input_is_valid(s."c13", 'time') THEN CAST(CAST(s."c13" AS time) AS text) = s."c13" ELSE false END))
   AND (s."c14" = '' OR (CASE WHEN s."c14" = '' THEN CAST(NULL AS text) WHEN s."c14" !~  E'^(P([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+(\\.[0-9]{1,6})?S)?)?|(-?[0-9]+ (days?,? )?)?-?[0-9]+:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?)$' THEN 'not_a_duration' WHEN NOT pg_input_is_valid(s."c14", 'interval') THEN 'not_a_duration' END IS NULL AND s."c14" = btrim(s."c14", E' \t\r\n\f\x0b')))
   AND (s."c15" = '' OR (CASE WHEN s."c15" = '' THEN CAST(NULL AS text) WHEN NOT pg_input_is_valid(s."c15", 'jsonb') THEN 'not_json' END IS NULL AND s."c15" = btrim(s."c15", E' \t\r\n\f\x0b')))
   AND (s."c16" = '' OR (CASE WHEN s."c16" = '' THEN CAST(NULL AS text) WHEN s."c16" !~ '^[0-9a-fA-F.:]+$' THEN 'not_an_ip' WHEN NOT pg_input_is_valid(s."c16", 'inet') THEN 'not_an_ip' END IS NULL AND s."c16" = btrim(s."c16", E' \t\r\n\f\x0b')))
   AND (s."c17" = '' OR (octet_length(s."c17") = 36 AND CASE WHEN pg_input_is_valid(s."c17", 'uuid') THEN CAST(CAST(s."c17" AS uuid) AS text) = lower(s."c17") ELSE false END))
   AND (s."c18" = '' OR (CASE WHEN s."c18" = '' THEN CAST(NULL AS text) ELSE (SELECT min(CASE WHEN btrim(i.item, E' \t\r\n\f\x0b') = '' THEN 'empty_item' WHEN char_length(btrim(i.item, E' \t\r\n\f\x0b')) > 5 THEN 'too_long' END) FROM unnest(string_to_array(s."c18", ',')) WITH ORDINALITY AS i (item, n) WHERE CASE WHEN btrim(i.item, E' \t\r\n\f\x0b') = '' THEN 'empty_item' WHEN char_length(btrim(i.item, E' \t\r\n\f\x0b')) > 5 THEN 'too_long' END IS NOT NULL) END IS NULL AND s."c18" = btrim(s."c18", E' \t\r\n\f\x0b')))
   AND (s."c19" = '' OR (CASE WHEN s."c19" = '' THEN CAST(NULL AS text) ELSE (SELECT min(CASE WHEN btrim(i.item, E' \t\r\n\f\x0b') = '' THEN 'empty_item' WHEN btrim(i.item, E' \t\r\n\f\x0b') !~ '^[+-]?([0-9]+)$' THEN 'not_a_whole_number' WHEN NOT pg_input_is_valid(btrim(i.item, E' \t\r\n\f\x0b'), 'int2') THEN 'out_of_range' END) FROM unnest(string_to_array(s."c19", ',')) WITH ORDINALITY AS i (item, n) WHERE CASE WHEN btrim(i.item, E' \t\r\n\f\x0b') = '' THEN 'empty_item' WHEN btrim(i.item, E' \t\r\n\f\x0b') !~ '^[+-]?([0-9]+)$' THEN 'not_a_whole_number' WHEN NOT pg_input_is_valid(btrim(i.item, E' \t\r\n\f\x0b'), 'int2') THEN 'out_of_range' END IS NOT NULL) END IS NULL AND s."c19" = btrim(s."c19", E' \t\r\n\f\x0b')))
   AND (s."c20" = '' OR (CASE WHEN s."c20" = '' THEN CAST(NULL AS text) WHEN s."c20" !~ '^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$' THEN 'not_base64' END IS NULL AND s."c20" = btrim(s."c20", E' \t\r\n\f\x0b')))
   AND (s."c21" = '' OR (CASE WHEN s."c21" = '' THEN CAST(NULL AS text) WHEN s."c21" !~ '^([0-9a-fA-F]{2})*$' THEN 'not_hex' WHEN octet_length(decode(s."c21", 'hex')) > 2 THEN 'too_long' END IS NULL AND s."c21" = btrim(s."c21", E' \t\r\n\f\x0b')))
   AND (s."c22" = '' OR (CASE WHEN s."c22" = '' THEN CAST(NULL AS text) ELSE (SELECT min(CASE WHEN btrim(i.item, E' \t\r\n\f\x0b') = '' THEN 'empty_item' END) FROM unnest(string_to_array(s."c22", '|')) WITH ORDINALITY AS i (item, n) WHERE CASE WHEN btrim(i.item, E' \t\r\n\f\x0b') = '' THEN 'empty_item' END IS NOT NULL) END IS NULL AND s."c22" = btrim(s."c22", E' \t\r\n\f\x0b'))) THEN false ELSE true END;

ANALYZE "suspect";

INSERT INTO "fault" (record, column_no, code, detail)
SELECT s.record, f.column_no, split_part(e.fault, ' ', 1),
       NULLIF(substr(e.fault, strpos(e.fault || ' ', ' ') + 1), '')
  FROM "suspect" x
  JOIN (SELECT s.record, btrim(s."c1", E' \t\r\n\f\x0b') AS "c1", s."c2" AS "c2", s."c3" AS "c3", s."c4" AS "c4", s."c5" AS "c5", btrim(s."c6", E' \t\r\n\f\x0b') AS "c6", btrim(s."c7", E' \t\r\n\f\x0b') AS "c7", btrim(s."c8", E' \t\r\n\f\x0b') AS "c8", btrim(s."c9", E' \t\r\n\f\x0b') AS "c9", btrim(s."c10", E' \t\r\n\f\x0b') AS "c10", btrim(s."c11", E' \t\r\n\f\x0b') AS "c11", btrim(s."c12", E' \t\r\n\f\x0b') AS "c12", btrim(s."c13", E' \t\r\n\f\x0b') AS "c13", btrim(s."c14", E' \t\r\n\f\x0b') AS "c14", btrim(s."c15", E' \t\r\n\f\x0b') AS "c15", btrim(s."c16", E' \t\r\n\f\x0b') AS "c16", btrim(s."c17", E' \t\r\n\f\x0b') AS "c17", btrim(s."c18", E' \t\r\n\f\x0b') AS "c18", btrim(s."c19", E' \t\r\n\f\x0b') AS "c19", btrim(s."c20", E' \t\r\n\f\x0b') AS "c20", btrim(s."c21", E' \t\r\n\f\x0b') AS "c21", btrim(s."c22", E' \t\r\n\f\x0b') AS "c22" FROM "raw" s) s ON s.record = x.record
 CROSS JOIN LATERAL (VALUES
       (0, ARRAY[CASE WHEN s."c1" = '' THEN CAST(NULL AS text) WHEN s."c1" !~ '^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$' THEN 'not_a_uuid' WHEN NOT pg_input_is_valid(s."c1", 'uuid') THEN 'not_a_uuid' END]),
       (1, CASE WHEN s."c2" = '' THEN ARRAY['required'] ELSE ARRAY[CASE WHEN char_length(s."c2") > 50 THEN 'too_long' END, CASE WHEN s."c2" !~  E'^[-a-zA-Z0-9_]+\\Z' THEN 'pattern 0' END] END),
       (2, CASE WHEN s."c3" = '' THEN ARRAY['required'] ELSE ARRAY[CASE WHEN char_length(s."c3") > 20 THEN 'too_long' END, CASE WHEN s."c3" !~ '^(?:.){2,}$' THEN 'pattern 0' END] END),
       (3, ARRAY[CASE WHEN s."c4" = '' THEN CAST(NULL AS text) END]),
       (4, CASE WHEN s."c5" = '' THEN ARRAY[CAST(NULL AS text)] ELSE ARRAY[CASE WHEN char_length(s."c5") > 200 THEN 'too_long' END, CASE WHEN s."c5" !~*  E'^(?:[a-z0-9.+-]*)://(?:[^\\s:@/]+(?::[^\\s:@/]*)?@)?(?:(?:0|25[0-5]|2[0-4][0-9]|1[0-9]?[0-9]?|[1-9][0-9]?)(?:\\.(?:0|25[0-5]|2[0-4][0-9]|1[0-9]?[0-9]?|[1-9][0-9]?)){3}|\\[[0-9a-f:.]+\\]|([a-z¡-￿0-9](?:[a-z¡-￿0-9-]{0,61}[a-z¡-￿0-9])?(?:\\.(?!-)[a-z¡-￿0-9-]{1,63}(?<!-))*\\.(?!-)(?:[a-z¡-￿-]{2,63}|xn--[a-z0-9]{1,59})(?<!-)\\.?|localhost))(?::[0-9]{1,5})?(?:[/?#][^\\s]*)?\\Z' THEN 'pattern 0' END, CASE WHEN s."c5" !~* '^(?:http|https|ftp|ftps)://' THEN 'pattern 1' END] END),
       (5, CASE WHEN s."c6" = ANY (CAST('{"",NA}' AS text[])) THEN ARRAY[CAST(NULL AS text)] WHEN s."c6" !~ '^[+-]?([0-9]+)$' THEN ARRAY['not_a_whole_number'] WHEN NOT pg_input_is_valid(s."c6", 'int2') THEN ARRAY['out_of_range'] ELSE ARRAY[CASE WHEN CAST(s."c6" AS numeric) < CAST('0' AS numeric) THEN 'too_small' END, CASE WHEN CAST(s."c6" AS numeric) > CAST('10' AS numeric) THEN 'too_large' END] END),
       (6, ARRAY[CASE WHEN s."c7" = '' THEN CAST(NULL AS text) WHEN s."c7" !~ '^[+-]?([0-9]+)$' THEN 'not_a_whole_number' WHEN NOT pg_input_is_valid(s."c7", 'int8') THEN 'out_of_range' WHEN CAST(s."c7" AS numeric) < CAST('0' AS numeric) THEN 'too_small' END]),
       (7, CASE WHEN s."c8" = '' THEN ARRAY[CAST(NULL AS text)] WHEN s."c8" !~ '^[+-]?(([0-9]+|[0-9]{1,3}([.][0-9]{3})+)([,][0-9]*)?|[,][0-9]+)([eE][+-]?[0-9]{1,3})?$' THEN ARRAY['not_a_number'] WHEN NOT pg_input_is_valid(translate(s."c8", ',.', '.'), 'numeric') THEN ARRAY['out_of_range'] ELSE ARRAY[CASE WHEN scale(trim_scale(CAST(translate(s."c8", ',.', '.') AS numeric))) > 2 THEN 'too_many_decimals' END, CASE WHEN abs(CAST(translate(s."c8", ',.', '.') AS numeric)) >= CAST('10000' AS numeric) THEN 'out_of_range' END] END),
       (8, ARRAY[CASE WHEN s."c9" = '' THEN CAST(NULL AS text) WHEN s."c9" !~ '^[+-]?(([0-9]+)([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})?$' THEN 'not_a_number' WHEN NOT pg_input_is_valid(s."c9", 'float8') THEN 'out_of_range' WHEN CAST(CAST(CAST(s."c9" AS float8) AS text) AS numeric) <> CAST(s."c9" AS numeric) THEN 'loses_digits' END]),
       (9, ARRAY[CASE WHEN s."c10" = '' THEN CAST(NULL AS text) WHEN lower(s."c10") <> ALL (CAST('{ja,nein}' AS text[])) THEN 'not_true_or_false' END]),
       (10, ARRAY[CASE WHEN s."c11" = '' THEN CAST(NULL AS text) WHEN s."c11" !~ '^([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}[.][0-9]{1,2}[.][0-9]{4}|[0-9]{1,2}[/][0-9]{1,2}[/][0-9]{4}|[0-9]{1,2}[-][0-9]{1,2}[-][0-9]{4})$' THEN 'not_a_date' WHEN NOT pg_input_is_valid(regexp_replace(s."c11", '^([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})',  E'\\3-\\2-\\1'), 'date') THEN 'not_a_date' END]),
       (11, ARRAY[CASE WHEN s."c12" = '' THEN CAST(NULL AS text) WHEN s."c12" !~  E'^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,6})?)? ?([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)?$' THEN 'not_a_datetime' WHEN NOT pg_input_is_valid(s."c12" || CASE WHEN s."c12" ~ ':[0-9.]+ ?([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)$' THEN '' ELSE ' Asia/Tokyo' END, 'timestamptz') THEN 'not_a_datetime' WHEN CAST(s."c12" || CASE WHEN s."c12" ~ ':[0-9.]+ ?([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)$' THEN '' ELSE ' Asia/Tokyo' END AS timestamptz) NOT BETWEEN timestamptz '0001-01-01 00:00:00+00' AND timestamptz '9999-12-31 23:59:59.999999+00' THEN 'not_a_datetime' END]),
       (12, ARRAY[CASE WHEN s."c13" = '' THEN CAST(NULL AS text) WHEN s."c13" !~  E'^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,6})?)?$' THEN 'not_a_time' WHEN NOT pg_input_is_valid(s."c13", 'time') THEN 'not_a_time' END]),
       (13, ARRAY[CASE WHEN s."c14" = '' THEN CAST(NULL AS text) WHEN s."c14" !~  E'^(P([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+(\\.[0-9]{1,6})?S)?)?|(-?[0-9]+ (days?,? )?)?-?[0-9]+:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?)$' THEN 'not_a_duration' WHEN NOT pg_input_is_valid(s."c14", 'interval') THEN 'not_a_duration' END]),
       (14, ARRAY[CASE WHEN s."c15" = '' THEN CAST(NULL AS text) WHEN NOT pg_input_is_valid(s."c15", 'jsonb') THEN 'not_json' END]),
       (15, ARRAY[CASE WHEN s."c16" = '' THEN CAST(NULL AS text) WHEN s."c16" !~ '^[0-9a-fA-F.:]+$' THEN 'not_an_ip' WHEN NOT pg_input_is_valid(s."c16", 'inet') THEN 'not_an_ip' END]),
       (16, ARRAY[CASE WHEN s."c17" = '' THEN CAST(NULL AS text) WHEN s."c17" !~ '^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$' THEN 'not_a_uuid' WHEN NOT pg_input_is_valid(s."c17", 'uuid') THEN 'not_a_uuid' END]),
       (17, CASE WHEN s."c18" = '' THEN ARRAY[CAST(NULL AS text)] ELSE ARRAY(SELECT DISTINCT c.code || ' ' || btrim(i.item, E' \t\r\n\f\x0b') FROM unnest(string_to_array(s."c18", ',')) WITH ORDINALITY AS i (item, n) CROSS JOIN LATERAL unnest(CASE WHEN btrim(i.item, E' \t\r\n\f\x0b') = '' THEN ARRAY['empty_item'] ELSE ARRAY[CASE WHEN char_length(btrim(i.item, E' \t\r\n\f\x0b')) > 5 THEN 'too_long' END] END) AS c (code) WHERE c.code IS NOT NULL) END),
       (18, CASE WHEN s."c19" = '' THEN ARRAY[CAST(NULL AS text)] ELSE ARRAY(SELECT DISTINCT c.code || ' ' || btrim(i.item, E' \t\r\n\f\x0b') FROM unnest(string_to_array(s."c19", ',')) WITH ORDINALITY AS i (item, n) CROSS JOIN LATERAL unnest(CASE WHEN btrim(i.item, E' \t\r\n\f\x0b') = '' THEN ARRAY['empty_item'] WHEN btrim(i.item, E' \t\r\n\f\x0b') !~ '^[+-]?([0-9]+)$' THEN ARRAY['not_a_whole_number'] WHEN NOT pg_input_is_valid(btrim(i.item, E' \t\r\n\f\x0b'), 'int2') THEN ARRAY['out_of_range'] ELSE ARRAY[CAST(NULL AS text)] END) AS c (code) WHERE c.code IS NOT NULL) END),
       (19, ARRAY[CASE WHEN s."c20" = '' THEN CAST(NULL AS text) WHEN s."c20" !~ '^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$' THEN 'not_base64' END]),
       (20, ARRAY[CASE WHEN s."c21" = '' THEN CAST(NULL AS text) WHEN s."c21" !~ '^([0-9a-fA-F]{2})*$' THEN 'not_hex' WHEN octet_length(decode(s."c21", 'hex')) > 2 THEN 'too_long' END]),
       (21, CASE WHEN s."c22" = '' THEN ARRAY[CAST(NULL AS text)] ELSE ARRAY(SELECT DISTINCT c.code || ' ' || btrim(i.item, E' \t\r\n\f\x0b') FROM unnest(string_to_array(s."c22", '|')) WITH ORDINALITY AS i (item, n) CROSS JOIN LATERAL unnest(CASE WHEN btrim(i.item, E' \t\r\n\f\x0b') = '' THEN ARRAY['empty_item'] ELSE ARRAY[CAST(NULL AS text)] END) AS c (code) WHERE c.code IS NOT NULL) END)) AS f (column_no, faults)
 CROSS JOIN LATERAL unnest(f.faults) AS e (fault)
 WHERE e.fault IS NOT NULL;

INSERT INTO "fault" (record, column_no, code, detail)
SELECT DISTINCT s.record, 21, 'unknown_reference', btrim(i.item, E' \t\r\n\f\x0b')
  FROM "raw" s
 CROSS JOIN LATERAL unnest(string_to_array(s."c22", '|')) WITH ORDINALITY AS i (item, n)
 WHERE NOT s."c22" = '' AND btrim(i.item, E' \t\r\n\f\x0b') <> ''
   AND NOT EXISTS (
       SELECT FROM (SELECT p."id" AS pk, p."name" AS "k1" FROM "shapes_tag" p WHERE true) p
        WHERE p.k1 = btrim(i.item, E' \t\r\n\f\x0b'));

ANALYZE "fault";

CREATE UNLOGGED TABLE "ready" AS
SELECT * FROM (
SELECT s.record,
       CASE WHEN s."c1" = '' THEN CAST(gen_random_uuid() AS uuid) ELSE CAST(s."c1" AS uuid) END AS "v1",
       CAST(s."c2" AS text) AS "v2",
       CAST(s."c3" AS text) AS "v3",
       CASE WHEN s."c4" = '' THEN '' ELSE CAST(s."c4" AS text) END AS "v4",
       CASE WHEN s."c5" = '' THEN '' ELSE CAST(s."c5" AS text) END AS "v5",
       CASE WHEN s."c6" = ANY (CAST('{"",NA}' AS text[])) THEN CAST(NULL AS int2) ELSE CAST(s."c6" AS int2) END AS "v6",
       CASE WHEN s."c7" = '' THEN CAST('0' AS int8) ELSE CAST(s."c7" AS int8) END AS "v7",
       CASE WHEN s."c8" = '' THEN CAST(NULL AS numeric) ELSE CAST(translate(s."c8", ',.', '.') AS numeric) END AS "v8",
       CASE WHEN s."c9" = '' THEN CAST(NULL AS float8) ELSE CAST(s."c9" AS float8) END AS "v9",
       CASE WHEN s."c10" = '' THEN CAST('true' AS bool) ELSE (lower(s."c10") = ANY (CAST('{ja}' AS text[]))) END AS "v10",
       CASE WHEN s."c11" = '' THEN CAST(CAST(now() AT TIME ZONE 'UTC' AS date) AS date) ELSE CAST(regexp_replace(s."c11", '^([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})',  E'\\3-\\2-\\1') AS date) END AS "v11",
       CASE WHEN s."c12" = '' THEN CAST(NULL AS timestamptz) ELSE CAST(s."c12" || CASE WHEN s."c12" ~ ':[0-9.]+ ?([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)$' THEN '' ELSE ' Asia/Tokyo' END AS timestamptz) END AS "v12",
       CASE WHEN s."c13" = '' THEN CAST(NULL AS time) ELSE CAST(s."c13" AS time) END AS "v13",
       CASE WHEN s."c14" = '' THEN CAST(NULL AS interval) ELSE CAST(s."c14" AS interval) END AS "v14",
       CASE WHEN s."c15" = '' THEN CAST('{}' AS jsonb) ELSE CAST(s."c15" AS jsonb) END AS "v15",
       CASE WHEN s."c16" = '' THEN CAST(NULL AS inet) ELSE CAST(s."c16" AS inet) END AS "v16",
       CASE WHEN s."c17" = '' THEN CAST(NULL AS uuid) ELSE CAST(s."c17" AS uuid) END AS "v17",
       CASE WHEN s."c18" = '' THEN CAST('{}' AS text[]) ELSE CAST(ARRAY(SELECT CAST(btrim(i.item, E' \t\r\n\f\x0b') AS text) FROM unnest(string_to_array(s."c18", ',')) WITH ORDINALITY AS i (item, n) ORDER BY i.n) AS text[]) END AS "v18",
       CASE WHEN s."c19" = '' THEN CAST(NULL AS int2[]) ELSE CAST(ARRAY(SELECT CAST(btrim(i.item, E' \t\r\n\f\x0b') AS int2) FROM unnest(string_to_array(s."c19", ',')) WITH ORDINALITY AS i (item, n) ORDER BY i.n) AS int2[]) END AS "v19",
       CASE WHEN s."c20" = '' THEN CAST(NULL AS bytea) ELSE decode(s."c20", 'base64') END AS "v20",
       CASE WHEN s."c21" = '' THEN CAST(NULL AS bytea) ELSE decode(s."c21", 'hex') END AS "v21",
       (
       SELECT coalesce(array_agg(DISTINCT q.pk), '{}')
         FROM unnest(string_to_array(s."c22", '|')) WITH ORDINALITY AS i (item, n)
         JOIN (SELECT p."id" AS pk, p."name" AS "k1" FROM "shapes_tag" p WHERE true) q ON q.k1 = btrim(i.item, E' \t\r\n\f\x0b')
        WHERE NOT s."c22" = '') AS "l1"
  FROM "raw" s
 WHERE NOT EXISTS (SELECT FROM "fault" f WHERE f.record = s.record)
 UNION ALL
SELECT s.record,
       CASE WHEN 0 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c1" = '' THEN CAST(gen_random_uuid() AS uuid) ELSE CAST(s."c1" AS uuid) END END AS "v1",
       CASE WHEN 1 = ANY (f.faulty) THEN NULL ELSE CAST(s."c2" AS text) END AS "v2",
       CASE WHEN 2 = ANY (f.faulty) THEN NULL ELSE CAST(s."c3" AS text) END AS "v3",
       CASE WHEN 3 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c4" = '' THEN '' ELSE CAST(s."c4" AS text) END END AS "v4",
       CASE WHEN 4 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c5" = '' THEN '' ELSE CAST(s."c5" AS text) END END AS "v5",
       CASE WHEN 5 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c6" = ANY (CAST('{"",NA}' AS text[])) THEN CAST(NULL AS int2) ELSE CAST(s."c6" AS int2) END END AS "v6",
       CASE WHEN 6 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c7" = '' THEN CAST('0' AS int8) ELSE CAST(s."c7" AS int8) END END AS "v7",
       CASE WHEN 7 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c8" = '' THEN CAST(NULL AS numeric) ELSE CAST(translate(s."c8", ',.', '.') AS numeric) END END AS "v8",
       CASE WHEN 8 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c9" = '' THEN CAST(NULL AS float8) ELSE CAST(s."c9" AS float8) END END AS "v9",
       CASE WHEN 9 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c10" = '' THEN CAST('true' AS bool) ELSE (lower(s."c10") = ANY (CAST('{ja}' AS text[]))) END END AS "v10",
       CASE WHEN 10 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c11" = '' THEN CAST(CAST(now() AT TIME ZONE 'UTC' AS date) AS date) ELSE CAST(regexp_replace(s."c11", '^([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})',  E'\\3-\\2-\\1') AS date) END END AS "v11",
       CASE WHEN 11 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c12" = '' THEN CAST(NULL AS timestamptz) ELSE CAST(s."c12" || CASE WHEN s."c12" ~ ':[0-9.]+ ?([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)$' THEN '' ELSE ' Asia/Tokyo' END AS timestamptz) END END AS "v12",
       CASE WHEN 12 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c13" = '' THEN CAST(NULL AS time) ELSE CAST(s."c13" AS time) END END AS "v13",
       CASE WHEN 13 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c14" = '' THEN CAST(NULL AS interval) ELSE CAST(s."c14" AS interval) END END AS "v14",
       CASE WHEN 14 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c15" = '' THEN CAST('{}' AS jsonb) ELSE CAST(s."c15" AS jsonb) END END AS "v15",
       CASE WHEN 15 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c16" = '' THEN CAST(NULL AS inet) ELSE CAST(s."c16" AS inet) END END AS "v16",
       CASE WHEN 16 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c17" = '' THEN CAST(NULL AS uuid) ELSE CAST(s."c17" AS uuid) END END AS "v17",
       CASE WHEN 17 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c18" = '' THEN CAST('{}' AS text[]) ELSE CAST(ARRAY(SELECT CAST(btrim(i.item, E' \t\r\n\f\x0b') AS text) FROM unnest(string_to_array(s."c18", ',')) WITH ORDINALITY AS i (item, n) ORDER BY i.n) AS text[]) END END AS "v18",
       CASE WHEN 18 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c19" = '' THEN CAST(NULL AS int2[]) ELSE CAST(ARRAY(SELECT CAST(btrim(i.item, E' \t\r\n\f\x0b') AS int2) FROM unnest(string_to_array(s."c19", ',')) WITH ORDINALITY AS i (item, n) ORDER BY i.n) AS int2[]) END END AS "v19",
       CASE WHEN 19 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c20" = '' THEN CAST(NULL AS bytea) ELSE decode(s."c20", 'base64') END END AS "v20",
       CASE WHEN 20 = ANY (f.faulty) THEN NULL ELSE CASE WHEN s."c21" = '' THEN CAST(NULL AS bytea) ELSE decode(s."c21", 'hex') END END AS "v21",
       (
       SELECT coalesce(array_agg(DISTINCT q.pk), '{}')
         FROM unnest(string_to_array(s."c22", '|')) WITH ORDINALITY AS i (item, n)
         JOIN (SELECT p."id" AS pk, p."name" AS "k1" FROM "shapes_tag" p WHERE true) q ON q.k1 = btrim(i.item, E' \t\r\n\f\x0b')
        WHERE NOT s."c22" = '') AS "l1"
  FROM "raw" s
  JOIN (SELECT record, array_agg(column_no) AS faulty
          FROM "fault"
         GROUP BY record) f ON f.record = s.record) typed
 ORDER BY "v2" COLLATE "C";

INSERT INTO "fault" (record, column_no, code, detail)
SELECT r.record, 1, 'duplicate_in_file', CAST(d.first AS text)
  FROM "ready" r
  JOIN (SELECT "v2", min(record) AS first
          FROM "ready"
         GROUP BY "v2"
        HAVING count(*) > 1) d ON r."v2" = d."v2"
 WHERE r.record > d.first;

WITH n AS NOT MATERIALIZED (
    SELECT n.sluice_record, n."sluice_n1", id AS "sluice_k1" FROM (SELECT r.record AS sluice_record, r."v2" AS "sluice_n1", CAST(CASE WHEN t."id" IS NULL THEN CAST(r."v1" AS uuid) ELSE t."id" END AS uuid) AS "id" FROM "ready" r LEFT JOIN "All the Articles" t ON t."Slug of it" = "r"."v2") n WHERE true
)
INSERT INTO "fault" (record, column_no, code, detail)
SELECT n.sluice_record, 0, 'duplicate_in_file', CAST(d.first AS text)
  FROM n
  JOIN (SELECT "sluice_k1", min(sluice_record) AS first
          FROM n
         GROUP BY "sluice_k1"
        HAVING count(*) > 1) d ON "n"."sluice_k1" = "d"."sluice_k1"
 WHERE n.sluice_record > d.first;

INSERT INTO "fault" (record, column_no, code)
SELECT n.sluice_record, 0, 'taken'
  FROM (SELECT n.sluice_record, n."sluice_n1", id AS "sluice_k1" FROM (SELECT r.record AS sluice_record, r."v2" AS "sluice_n1", CAST(CASE WHEN t."id" IS NULL THEN CAST(r."v1" AS uuid) ELSE t."id" END AS uuid) AS "id" FROM "ready" r LEFT JOIN "All the Articles" t ON t."Slug of it" = "r"."v2") n WHERE true) n
  JOIN (SELECT "Slug of it" AS "sluice_n1", (true) AS sluice_in_scope, id AS "sluice_k1"
          FROM "All the Articles" t
         WHERE true) t ON "t"."sluice_k1" = "n"."sluice_k1"
 WHERE NOT (t.sluice_in_scope AND t."sluice_n1" = n."sluice_n1");

DELETE FROM "ready" r USING "fault" f WHERE r.record = f.record;

ANALYZE "ready";

DROP TABLE IF EXISTS "review";

CREATE UNLOGGED TABLE "review" AS
SELECT r.record, r.ctid AS place, k.kind,
       hashtextextended(
           CASE k.kind WHEN 'changed' THEN CAST(ROW(t."id", t."title", t."rank", ARRAY(SELECT x."tag_id" FROM "All the Articles_tags" x WHERE x."article_id" = t."id" ORDER BY x."tag_id")) AS text) ELSE k.kind END, r.record
       ) AS mark
  FROM "ready" r
  LEFT JOIN "All the Articles" t ON t."Slug of it" = "r"."v2"
 CROSS JOIN LATERAL (
       SELECT CASE WHEN t."id" IS NULL THEN 'new' WHEN EXISTS (
       SELECT FROM unnest(r."l1") AS w (pk)
        WHERE NOT EXISTS (
              SELECT FROM "All the Articles_tags" x WHERE x."article_id" = t."id" AND x."tag_id" = w.pk)) OR EXISTS (
       SELECT FROM "All the Articles_tags" x
        WHERE x."article_id" = t."id" AND x."tag_id" <> ALL (r."l1")) OR ROW(t."title", t."rank") IS DISTINCT FROM ROW(r."v3", r."v6") THEN 'changed' ELSE 'unchanged' END
              AS kind) k;

CREATE INDEX ON "review" (kind, record);

ANALYZE "review";

SELECT count(*) FILTER (WHERE x.kind = 'new'), count(*) FILTER (WHERE x.kind = 'changed'),
       count(*) FILTER (WHERE x.kind = 'unchanged'), CAST(coalesce(sum(x.mark), 0) AS text)
  FROM "review" x;

SELECT CAST(coalesce(sum(hashtextextended(CAST(p AS text), 0)), 0) AS text)
  FROM (SELECT p."id" AS pk, p."name" AS "k1" FROM "shapes_tag" p WHERE true) p
 WHERE p.pk IN (SELECT unnest(r."l1") FROM "ready" r);

WITH present AS (
    SELECT p."id" AS pk
      FROM "shapes_tag" p
     WHERE p."id" IN (SELECT unnest(r."l1") FROM "ready" r)
       FOR KEY SHARE)
INSERT INTO "fault" (record, column_no, code)
SELECT DISTINCT r.record, 21, 'reference_vanished'
  FROM "ready" r
 CROSS JOIN LATERAL unnest(r."l1") AS w (pk)
 WHERE NOT EXISTS (SELECT FROM present WHERE present.pk = w.pk);

SELECT count(*)
  FROM (SELECT FROM "All the Articles" t
          JOIN "ready" r ON t."Slug of it" = "r"."v2"
         WHERE ROW(t."title", t."rank") IS DISTINCT FROM ROW(r."v3", r."v6")
           FOR NO KEY UPDATE OF t) held;

SELECT count(*), count(*) FILTER (WHERE t."id" IS NULL), count(*) FILTER (WHERE t."id" IS NOT NULL AND ROW(t."title", t."rank") IS DISTINCT FROM ROW(r."v3", r."v6"))
  FROM "ready" r
  LEFT JOIN "All the Articles" t ON t."Slug of it" = "r"."v2";

UPDATE "All the Articles" t
   SET "title" = r."v3", "rank" = r."v6", "changed" = CAST(now() AS timestamptz)
  FROM "ready" r
 WHERE r.ctid >= '(0,0)' AND r.ctid < '(256,0)'
   AND t."Slug of it" = "r"."v2"
   AND ROW(t."title", t."rank") IS DISTINCT FROM ROW(r."v3", r."v6");

INSERT INTO "All the Articles" ("id", "Slug of it", "title", "body", "link", "rank", "views", "price", "ratio", "active", "day", "published", "at", "reading", "payload", "address", "key", "words", "sizes", "picture", "digest", "created", "changed")
SELECT r."v1", r."v2", r."v3", r."v4", r."v5", r."v6", r."v7", r."v8", r."v9", r."v10", r."v11", r."v12", r."v13", r."v14", r."v15", r."v16", r."v17", r."v18", r."v19", r."v20", r."v21", CAST(now() AS timestamptz), CAST(now() AS timestamptz)
  FROM "ready" r
 WHERE r.ctid >= '(0,0)' AND r.ctid < '(256,0)'
   AND NOT EXISTS (SELECT FROM "All the Articles" t WHERE t."Slug of it" = "r"."v2")
 ORDER BY r.ctid
    ON CONFLICT DO NOTHING;

SELECT count(*)
  FROM "ready" r
  JOIN "All the Articles" t ON t."Slug of it" = "r"."v2"
 WHERE r.ctid >= '(0,0)' AND r.ctid < '(256,0)' AND (t.xmin <> pg_current_xact_id()::xid AND ROW(t."title", t."rank") IS NOT DISTINCT FROM ROW(r."v3", r."v6"))
   AND (EXISTS (
       SELECT FROM unnest(r."l1") AS w (pk)
        WHERE NOT EXISTS (
              SELECT FROM "All the Articles_tags" x WHERE x."article_id" = t."id" AND x."tag_id" = w.pk))
        OR EXISTS (
       SELECT FROM "All the Articles_tags" x
        WHERE x."article_id" = t."id" AND x."tag_id" <> ALL (r."l1")));

DELETE FROM "All the Articles_tags" x
 USING "ready" r
  JOIN "All the Articles" t ON t."Slug of it" = "r"."v2"
 WHERE r.ctid >= '(0,0)' AND r.ctid < '(256,0)' AND (t.xmin = pg_current_xact_id()::xid OR (t.xmin <> pg_current_xact_id()::xid AND ROW(t."title", t."rank") IS NOT DISTINCT FROM ROW(r."v3", r."v6")))
   AND x."article_id" = t."id" AND x."tag_id" <> ALL (r."l1");

INSERT INTO "All the Articles_tags" ("article_id", "tag_id")
SELECT t."id", w.pk
  FROM "ready" r
  JOIN "All the Articles" t ON t."Slug of it" = "r"."v2"
 CROSS JOIN LATERAL unnest(r."l1") AS w (pk)
 WHERE r.ctid >= '(0,0)' AND r.ctid < '(256,0)' AND (t.xmin = pg_current_xact_id()::xid OR (t.xmin <> pg_current_xact_id()::xid AND ROW(t."title", t."rank") IS NOT DISTINCT FROM ROW(r."v3", r."v6")))
   AND NOT EXISTS (SELECT FROM "All the Articles_tags" x WHERE x."article_id" = t."id" AND x."tag_id" = w.pk)
    ON CONFLICT DO NOTHING;

INSERT INTO "fault" (record, column_no, code)
SELECT r.record, 1, 'conflict'
  FROM "ready" r
 WHERE NOT EXISTS (
       SELECT FROM "All the Articles" t
        WHERE t."Slug of it" = "r"."v2"
          AND (t.xmin = pg_current_xact_id()::xid OR (t.xmin <> pg_current_xact_id()::xid AND ROW(t."title", t."rank") IS NOT DISTINCT FROM ROW(r."v3", r."v6"))));

SELECT count(*)
  FROM "ready" r
  JOIN "All the Articles" t ON t."Slug of it" = "r"."v2"
 WHERE (t.xmin <> pg_current_xact_id()::xid AND ROW(t."title", t."rank") IS NOT DISTINCT FROM ROW(r."v3", r."v6"));

SELECT v.record, (
       SELECT v.record - l.first_record + l.line
         FROM "lines" l
        WHERE l.first_record <= v.record
        ORDER BY l.first_record DESC
        LIMIT 1), (SELECT n.mark FROM (
SELECT r.record, r.ctid AS place, k.kind,
       hashtextextended(
           CASE k.kind WHEN 'changed' THEN CAST(ROW(t."id", t."title", t."rank", ARRAY(SELECT x."tag_id" FROM "All the Articles_tags" x WHERE x."article_id" = t."id" ORDER BY x."tag_id")) AS text) ELSE k.kind END, r.record
       ) AS mark
  FROM "ready" r
  LEFT JOIN "All the Articles" t ON t."Slug of it" = "r"."v2"
 CROSS JOIN LATERAL (
       SELECT CASE WHEN t."id" IS NULL THEN 'new' WHEN EXISTS (
       SELECT FROM unnest(r."l1") AS w (pk)
        WHERE NOT EXISTS (
              SELECT FROM "All the Articles_tags" x WHERE x."article_id" = t."id" AND x."tag_id" = w.pk)) OR EXISTS (
       SELECT FROM "All the Articles_tags" x
        WHERE x."article_id" = t."id" AND x."tag_id" <> ALL (r."l1")) OR ROW(t."title", t."rank") IS DISTINCT FROM ROW(r."v3", r."v6") THEN 'changed' ELSE 'unchanged' END
              AS kind) k) n WHERE n.place = v.place) IS DISTINCT FROM v.mark, left(CAST(t."Slug of it" AS text), 100000), left(CAST(r."v2" AS text), 100000), false, left(CAST(t."id" AS text), 100000), left(CAST(r."v1" AS text), 100000), false, left(CAST(t."title" AS text), 100000), left(CAST(r."v3" AS text), 100000), (t."title" IS DISTINCT FROM r."v3"), left(CAST(t."body" AS text), 100000), left(CAST(r."v4" AS text), 100000), false, left(CAST(t."link" AS text), 100000), left(CAST(r."v5" AS text), 100000), false, left(CAST(t."rank" AS text), 100000), left(CAST(r."v6" AS text), 100000), (t."rank" IS DISTINCT FROM r."v6"), left(CAST(t."views" AS text), 100000), left(CAST(r."v7" AS text), 100000), false, left(CAST(t."price" AS text), 100000), left(CAST(r."v8" AS text), 100000), false, left(CAST(t."ratio" AS text), 100000), left(CAST(r."v9" AS text), 100000), false, left(CAST(t."active" AS text), 100000), left(CAST(r."v10" AS text), 100000), false, left(CAST(t."day" AS text), 100000), left(CAST(r."v11" AS text), 100000), false, left(CAST(t."published" AS text), 100000), left(CAST(r."v12" AS text), 100000), false, left(CAST(t."at" AS text), 100000), left(CAST(r."v13" AS text), 100000), false, left(CAST(t."reading" AS text), 100000), left(CAST(r."v14" AS text), 100000), false, left(CAST(t."payload" AS text), 100000), left(CAST(r."v15" AS text), 100000), false, left(CAST(t."address" AS text), 100000), left(CAST(r."v16" AS text), 100000), false, left(CAST(t."key" AS text), 100000), left(CAST(r."v17" AS text), 100000), false, CAST(to_jsonb(t."words") AS text), CAST(to_jsonb(r."v18") AS text), false, CAST(to_jsonb(t."sizes") AS text), CAST(to_jsonb(r."v19") AS text), false, left(CAST(t."picture" AS text), 100000), left(CAST(r."v20" AS text), 100000), false, left(CAST(t."digest" AS text), 100000), left(CAST(r."v21" AS text), 100000), false, (
       SELECT string_agg(coalesce((
       SELECT concat_ws(' · ', CAST(q."k1" AS text))
         FROM (SELECT p."id" AS pk, p."name" AS "k1" FROM "shapes_tag" p WHERE true) q
        WHERE q.pk = u.pk), '#' || CAST(u.pk AS text)), ', ' ORDER BY coalesce((
       SELECT concat_ws(' · ', CAST(q."k1" AS text))
         FROM (SELECT p."id" AS pk, p."name" AS "k1" FROM "shapes_tag" p WHERE true) q
        WHERE q.pk = u.pk), '#' || CAST(u.pk AS text)))
         FROM (SELECT DISTINCT u.pk FROM unnest(ARRAY(SELECT x."tag_id" FROM "All the Articles_tags" x WHERE x."article_id" = t."id" ORDER BY x."tag_id")) AS u (pk)) u), (
       SELECT string_agg(coalesce((
       SELECT concat_ws(' · ', CAST(q."k1" AS text))
         FROM (SELECT p."id" AS pk, p."name" AS "k1" FROM "shapes_tag" p WHERE true) q
        WHERE q.pk = u.pk), '#' || CAST(u.pk AS text)), ', ' ORDER BY coalesce((
       SELECT concat_ws(' · ', CAST(q."k1" AS text))
         FROM (SELECT p."id" AS pk, p."name" AS "k1" FROM "shapes_tag" p WHERE true) q
        WHERE q.pk = u.pk), '#' || CAST(u.pk AS text)))
         FROM (SELECT DISTINCT u.pk FROM unnest(r."l1") AS u (pk)) u), ((
       SELECT string_agg(coalesce((
       SELECT concat_ws(' · ', CAST(q."k1" AS text))
         FROM (SELECT p."id" AS pk, p."name" AS "k1" FROM "shapes_tag" p WHERE true) q
        WHERE q.pk = u.pk), '#' || CAST(u.pk AS text)), ', ' ORDER BY coalesce((
       SELECT concat_ws(' · ', CAST(q."k1" AS text))
         FROM (SELECT p."id" AS pk, p."name" AS "k1" FROM "shapes_tag" p WHERE true) q
        WHERE q.pk = u.pk), '#' || CAST(u.pk AS text)))
         FROM (SELECT DISTINCT u.pk FROM unnest(ARRAY(SELECT x."tag_id" FROM "All the Articles_tags" x WHERE x."article_id" = t."id" ORDER BY x."tag_id")) AS u (pk)) u) IS DISTINCT FROM (
       SELECT string_agg(coalesce((
       SELECT concat_ws(' · ', CAST(q."k1" AS text))
         FROM (SELECT p."id" AS pk, p."name" AS "k1" FROM "shapes_tag" p WHERE true) q
        WHERE q.pk = u.pk), '#' || CAST(u.pk AS text)), ', ' ORDER BY coalesce((
       SELECT concat_ws(' · ', CAST(q."k1" AS text))
         FROM (SELECT p."id" AS pk, p."name" AS "k1" FROM "shapes_tag" p WHERE true) q
        WHERE q.pk = u.pk), '#' || CAST(u.pk AS text)))
         FROM (SELECT DISTINCT u.pk FROM unnest(r."l1") AS u (pk)) u))
  FROM "review" v
  JOIN "ready" r ON r.ctid = v.place
  LEFT JOIN "All the Articles" t ON t."Slug of it" = "r"."v2"
 WHERE v.kind = 'changed' AND v.record > 0
 ORDER BY v.record ASC
 LIMIT 51;
