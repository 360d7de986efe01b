-- The meters of a window: one per warehouse and cluster, numbered. In: statements, sessions. Out: (unit, warehouse, cluster_number).
SELECT ROW_NUMBER() OVER (ORDER BY warehouse, cluster_number) AS unit, warehouse, cluster_number
FROM (
    SELECT warehouse, cluster_number FROM statements WHERE NOT warehouse IS NULL AND NOT size IS NULL
    UNION
    SELECT warehouse, cluster_number FROM sessions
) AS seen
