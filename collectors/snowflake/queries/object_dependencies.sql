-- Which objects refer to which: all that stand now. Out: every row at once.
SELECT
  referenced_database, referenced_schema, referenced_object_name, referenced_object_domain, referencing_database,
  referencing_schema, referencing_object_name, referencing_object_domain
FROM snowflake.account_usage.object_dependencies
