-- What each service was billed per UTC day.
-- In: since, until (half open). Out: every row of that stretch.
SELECT
  service_type, usage_date, credits_used_compute, credits_used_cloud_services, credits_used,
  credits_adjustment_cloud_services, credits_billed
FROM snowflake.account_usage.metering_daily_history
WHERE usage_date >= %(since)s::DATE
  AND usage_date < %(until)s::DATE
ORDER BY usage_date
