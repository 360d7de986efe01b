-- The charges of the hours; nothing is said of nothing. In: charges. Out: the same columns.
SELECT resource, hour_ms, service, kind, query_id, "user", tag, asset_key, rung, nano_credits FROM charges
