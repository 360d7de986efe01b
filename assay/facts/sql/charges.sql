-- The charges: what was split, with the names the bill is told by. A query of several assets is cut among them; nothing is said
-- of nothing. In: split, cells, statements, claims, shared_claims. Out: the columns of the ledger.
WITH cut AS (
    SELECT
        split.cell, split.q, split.kind, claims.asset_key, claims.rung, split.nano_credits
    FROM split
    LEFT JOIN claims ON claims.q = split.q
    WHERE NOT EXISTS (SELECT 1 FROM shared_claims WHERE shared_claims.q = split.q)
    UNION ALL
    SELECT
        split.cell, split.q, split.kind, shared_claims.asset_key, shared_claims.rung,
        CAST(FLOOR(nano_credits * to_share + 0.5) - FLOOR(nano_credits * from_share + 0.5) AS BIGINT) AS nano_credits
    FROM split INNER JOIN shared_claims ON shared_claims.q = split.q
)
SELECT
    cells.resource, cells.hour_ms, cells.service, cut.kind, statements.query_id, statements."user", statements.tag,
    COALESCE(cut.asset_key, cells.asset_key) AS asset_key,
    COALESCE(cut.rung, CASE WHEN cells.asset_key IS NULL THEN 'none' ELSE 'object' END) AS rung, cut.nano_credits
FROM cut
INNER JOIN cells ON cells.cell = cut.cell
LEFT JOIN statements ON statements.q = cut.q
WHERE cut.nano_credits <> 0
