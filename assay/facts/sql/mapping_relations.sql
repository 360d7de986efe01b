-- The relations the day's statements touched, as the access history tells them. Stages, functions and the like are no
-- assets; a domain that is not told is taken for a table. In: access. Out: (query_id, access, object_name).
SELECT query_id, access, COALESCE(object_name, '') AS object_name
FROM access
WHERE LOWER(COALESCE(object_domain, '')) IN (
    'table', 'view', 'materialized view', 'external table', 'dynamic table', 'iceberg table', 'event table',
    'hybrid table', 'stream', ''
)
