-- What each warehouse was metered per hour.
-- In: since, until (half open). Out: every row of that stretch.
SELECT
  start_time, end_time, warehouse_id, warehouse_name, credits_used_compute, credits_used_cloud_services,
  credits_attributed_compute_queries
FROM snowflake.account_usage.warehouse_metering_history
WHERE start_time >= %(since)s::TIMESTAMP_LTZ
  AND start_time < %(until)s::TIMESTAMP_LTZ
ORDER BY start_time
