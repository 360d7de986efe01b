-- The grants to shares that stand now. Out: every row at once.
SELECT share_name, granted_on, object_database, object_schema, object_name, deleted_on
FROM snowflake.account_usage.grants_to_shares
WHERE deleted_on IS NULL
