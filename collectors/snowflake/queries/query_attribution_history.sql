-- Snowflake's own weight of each query.
-- In: since, until (half open) and the last row of the page before (after, after_key). Out: one page, oldest first.
SELECT
  query_id, parent_query_id, root_query_id, warehouse_name, start_time, end_time, credits_attributed_compute,
  credits_used_query_acceleration
FROM snowflake.account_usage.query_attribution_history
WHERE end_time >= %(since)s::TIMESTAMP_LTZ
  AND end_time < %(until)s::TIMESTAMP_LTZ
  AND (end_time > %(after)s::TIMESTAMP_LTZ OR (end_time = %(after)s::TIMESTAMP_LTZ AND query_id > %(after_key)s))
ORDER BY end_time, query_id
LIMIT %(page_rows)s
