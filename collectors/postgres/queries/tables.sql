-- Rows are the planner's figure, as of the last ANALYZE; before the first (-1), what the statistics count.
SELECT
    c.oid::bigint AS oid,
    n.nspname::text AS schema_name,
    c.relname::text AS table_name,
    c.relkind::text AS kind,
    obj_description(c.oid, 'pg_class') AS comment,
    CASE
        WHEN c.relkind NOT IN ('r', 'p', 'm') THEN NULL
        WHEN c.reltuples >= 0 THEN c.reltuples::bigint
        ELSE s.n_live_tup
    END AS estimated_rows,
    CASE WHEN c.relkind IN ('r', 'm') THEN pg_total_relation_size(c.oid) END AS total_bytes
FROM pg_catalog.pg_class AS c
INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_stat_all_tables AS s ON s.relid = c.oid
WHERE
    c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND NOT c.relispartition
    AND n.nspname <> 'information_schema'
    AND n.nspname NOT LIKE 'pg\_%'
    AND has_schema_privilege(n.oid, 'USAGE')
    AND has_table_privilege(c.oid, 'SELECT')
ORDER BY schema_name, table_name
