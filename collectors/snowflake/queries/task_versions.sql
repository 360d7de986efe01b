-- The newest version of each task. Out: every row at once.
SELECT name, database_name, schema_name, state, definition, graph_version_created_on
FROM snowflake.account_usage.task_versions
QUALIFY ROW_NUMBER() OVER (PARTITION BY database_name, schema_name, name ORDER BY graph_version_created_on DESC) = 1
