-- Finished statements, by when they ended: a running one appears only then.
-- In: since, until (half open) and the last row of the page before (after, after_key). Out: one page, oldest first.
SELECT
  query_id, query_text, start_time, end_time, database_name, schema_name, query_type, session_id, user_name,
  role_name, user_type, warehouse_name, warehouse_size, warehouse_type, cluster_number, query_tag,
  execution_status, error_code, is_client_generated_statement, query_parameterized_hash,
  queued_provisioning_time, queued_repair_time, queued_overload_time, compilation_time,
  list_external_files_time, transaction_blocked_time, execution_time, bytes_scanned, bytes_written,
  rows_produced, rows_inserted, rows_updated, rows_deleted, credits_used_cloud_services,
  query_acceleration_bytes_scanned, bytes_spilled_to_local_storage, bytes_spilled_to_remote_storage
FROM snowflake.account_usage.query_history
WHERE end_time >= %(since)s::TIMESTAMP_LTZ
  AND end_time < %(until)s::TIMESTAMP_LTZ
  AND (end_time > %(after)s::TIMESTAMP_LTZ OR (end_time = %(after)s::TIMESTAMP_LTZ AND query_id > %(after_key)s))
ORDER BY end_time, query_id
LIMIT %(page_rows)s
