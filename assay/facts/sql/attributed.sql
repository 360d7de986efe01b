-- The warehouse's own figure of each query's compute, without idle. In: query_attribution, statements. Out: (q, nano).
SELECT statements.q, query_attribution.compute_nano AS nano
FROM query_attribution INNER JOIN statements ON statements.query_id = query_attribution.query_id
WHERE query_attribution.compute_nano > 0
