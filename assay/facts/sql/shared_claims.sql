-- The claims of queries that worked for several assets, as bounds on a line of length 1: a part of n nano-credits is cut at
-- round(n × bound), so the pieces add up to the part. In: claims. Out: (q, asset_key, rung, from_share, to_share).
WITH several AS (
    SELECT q, CAST(SUM(weight) AS DOUBLE) AS whole FROM claims GROUP BY q HAVING COUNT(*) > 1
),
summed AS (
    SELECT
        claims.q, claims.asset_key, claims.rung, claims.weight, several.whole,
        SUM(CAST(claims.weight AS DOUBLE)) OVER (
            PARTITION BY claims.q ORDER BY claims.asset_key ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS upto
    FROM claims INNER JOIN several ON several.q = claims.q
)
SELECT q, asset_key, rung, (upto - weight) / whole AS from_share, upto / whole AS to_share FROM summed
