-- The assets a query worked for, with the sum of its claims beside each. In: query_assets, statements.
SELECT
    statements.q, query_assets.asset_key, query_assets.rung, query_assets.weight,
    SUM(query_assets.weight) OVER (PARTITION BY statements.q) AS whole
FROM query_assets INNER JOIN statements ON statements.query_id = query_assets.query_id
