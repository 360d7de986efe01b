-- The warehouse's own figures of each query: its compute without idle, and its acceleration.
-- In: query_attribution, statements. Out: (q, compute_nano, acceleration_nano).
SELECT
    statements.q, COALESCE(query_attribution.compute_nano, 0) AS compute_nano,
    COALESCE(query_attribution.acceleration_nano, 0) AS acceleration_nano
FROM query_attribution INNER JOIN statements ON statements.query_id = query_attribution.query_id
WHERE query_attribution.compute_nano > 0 OR query_attribution.acceleration_nano > 0
