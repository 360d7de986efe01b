-- The warehouse's own figure of each query's acceleration. In: query_attribution, statements. Out: (q, nano).
SELECT statements.q, query_attribution.acceleration_nano AS nano
FROM query_attribution INNER JOIN statements ON statements.query_id = query_attribution.query_id
WHERE query_attribution.acceleration_nano > 0
