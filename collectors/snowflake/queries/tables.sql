-- What tables and views exist, and which were dropped.
-- In: the last id of the page before (after_key). Out: one page, by id.
SELECT
  table_id, table_name, table_schema, table_catalog, table_owner, table_type, is_dynamic, row_count, bytes, created,
  last_altered, deleted, comment
FROM snowflake.account_usage.tables
WHERE table_id > %(after_key)s
ORDER BY table_id
LIMIT %(page_rows)s
