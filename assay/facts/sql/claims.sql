-- The assets a query worked for. In: query_assets, statements. Out: (q, asset_key, rung, weight).
SELECT statements.q, query_assets.asset_key, query_assets.rung, query_assets.weight
FROM query_assets INNER JOIN statements ON statements.query_id = query_assets.query_id
