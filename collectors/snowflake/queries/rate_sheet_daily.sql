-- The contract's prices by day.
-- In: since, until (half open). Out: every row of that stretch.
SELECT
  date, account_name, account_locator, service_type, usage_type, rating_type, currency, effective_rate, is_adjustment
FROM snowflake.organization_usage.rate_sheet_daily
WHERE date >= %(since)s::DATE
  AND date < %(until)s::DATE
ORDER BY date
