-- Which errors ended the statements that failed. In: statements. Out: (asset_key, warehouse, error_code, statements).
SELECT asset_key, warehouse, COALESCE(error_code, '') AS error_code, CAST(SUM(began) AS BIGINT) AS statements
FROM statements WHERE failed = 1 GROUP BY 1, 2, 3
