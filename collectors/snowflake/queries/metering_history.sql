-- What every service was metered per hour and object. Natural duplicates: an hour is never parted.
-- In: since, until (half open). Out: every row of that stretch.
SELECT
  service_type, start_time, end_time, entity_id, entity_type, name, database_name, schema_name,
  credits_used_compute, credits_used_cloud_services, credits_used, bytes, rows, files
FROM snowflake.account_usage.metering_history
WHERE start_time >= %(since)s::TIMESTAMP_LTZ
  AND start_time < %(until)s::TIMESTAMP_LTZ
ORDER BY start_time
