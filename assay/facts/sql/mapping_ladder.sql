-- The ladder: the assets each statement worked for, told by the first rung that answers.
-- In: statements, run_assets(query_id, asset_key), tag_assets(node_id, asset_key), touched, parsed, family,
-- rule_assets("user", role, warehouse, application, tag, asset_key).
-- Out: (query_id, start_ms, asset_key, rung, weight). What a statement of a stored procedure works for, where it says
-- nothing itself, is what its CALL worked for, on the CALL's rung. Several assets of one statement weigh the same: no source tells
-- how many rows each was given.
WITH named AS (
    SELECT query_id, asset_key, 1 AS place, 'exact_id' AS rung FROM run_assets
    UNION ALL
    SELECT s.query_id, t.asset_key, 2 AS place, 'tag' AS rung
    FROM statements AS s
    INNER JOIN tag_assets AS t ON t.node_id = s.node_id
),

candidates AS (
    SELECT query_id, asset_key, place, rung FROM named
    UNION ALL
    SELECT query_id, asset_key, 3 AS place, 'access_write' AS rung FROM touched WHERE access = 'write' AND hidden = 0
    UNION ALL
    SELECT query_id, asset_key, 4 AS place, 'parsed_sql' AS rung FROM parsed WHERE access = 'write'
    UNION ALL
    SELECT f.query_id, n.asset_key, n.place + 4 AS place, n.rung
    FROM family AS f
    INNER JOIN named AS n ON n.query_id = f.ancestor_id
    UNION ALL
    SELECT s.query_id, r.asset_key, 7 AS place, 'session_rule' AS rung
    FROM statements AS s
    INNER JOIN rule_assets AS r
        ON r."user" = s."user" AND r.role = s.role AND r.warehouse = s.warehouse AND r.application = s.application
            AND r.tag = s.tag
),

first_rung AS (
    SELECT query_id, MIN(place) AS place FROM candidates GROUP BY query_id
)

SELECT s.query_id, s.start_ms, c.asset_key, MIN(c.rung) AS rung, CAST(1 AS BIGINT) AS weight
FROM statements AS s
INNER JOIN first_rung AS f ON f.query_id = s.query_id
INNER JOIN candidates AS c ON c.query_id = f.query_id AND c.place = f.place
GROUP BY s.query_id, s.start_ms, c.asset_key
