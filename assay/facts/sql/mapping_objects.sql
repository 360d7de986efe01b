-- Which relations the day's statements touched, as the access history names them. In: access. Out: distinct names.
-- Stages, functions and the like are no assets; a domain that is not told is taken for a table.
SELECT DISTINCT COALESCE(object_name, '') AS object_name
FROM access
WHERE LOWER(COALESCE(object_domain, 'table')) IN (
    'table', 'view', 'materialized view', 'external table', 'dynamic table', 'iceberg table', 'event table',
    'hybrid table', 'stream', ''
)
