-- When warehouses and their clusters started, stopped and changed size.
-- In: since, until (half open). Out: every row of that stretch.
SELECT
  timestamp, warehouse_name, cluster_number, event_name, event_reason, event_state, size, cluster_count
FROM snowflake.account_usage.warehouse_events_history
WHERE timestamp >= %(since)s::TIMESTAMP_LTZ
  AND timestamp < %(until)s::TIMESTAMP_LTZ
ORDER BY timestamp
