-- What each table holds now.
-- In: the last id of the page before (after_key). Out: one page, by id.
SELECT
  id, table_name, table_schema, table_catalog, active_bytes, time_travel_bytes, failsafe_bytes,
  retained_for_clone_bytes, deleted, table_created
FROM snowflake.account_usage.table_storage_metrics
WHERE id > %(after_key)s
ORDER BY id
LIMIT %(page_rows)s
