-- What each statement read, wrote and changed (Enterprise edition).
-- In: since, until (half open) and the last row of the page before (after, after_key). Out: one page, oldest first.
SELECT
  query_id, query_start_time, user_name, direct_objects_accessed, base_objects_accessed, objects_modified,
  object_modified_by_ddl, parent_query_id, root_query_id
FROM snowflake.account_usage.access_history
WHERE query_start_time >= %(since)s::TIMESTAMP_LTZ
  AND query_start_time < %(until)s::TIMESTAMP_LTZ
  AND (query_start_time > %(after)s::TIMESTAMP_LTZ OR (query_start_time = %(after)s::TIMESTAMP_LTZ AND query_id > %(after_key)s))
ORDER BY query_start_time, query_id
LIMIT %(page_rows)s
