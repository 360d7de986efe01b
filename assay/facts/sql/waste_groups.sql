-- What the statements of an asset did in a warehouse of a size, by sort; `spills` are those that ran out of memory, with
-- what they wrote to disk, their time and their charge. In: statements. Out: the columns below.
SELECT
    asset_key, warehouse, size, sort, CAST(SUM(began) AS BIGINT) AS statements, CAST(SUM(nano) AS BIGINT) AS nano,
    CAST(SUM(began * COALESCE(spilled_local_bytes, 0)) AS BIGINT) AS local_bytes,
    CAST(SUM(began * COALESCE(spilled_remote_bytes, 0)) AS BIGINT) AS remote_bytes,
    CAST(SUM(CASE WHEN spilled_local_bytes > 0 OR spilled_remote_bytes > 0 THEN began ELSE 0 END) AS BIGINT) AS spills,
    CAST(SUM(CASE WHEN spilled_local_bytes > 0 OR spilled_remote_bytes > 0 THEN began * ran_ms ELSE 0 END) AS BIGINT)
    AS spilled_ms,
    CAST(SUM(CASE WHEN spilled_local_bytes > 0 OR spilled_remote_bytes > 0 THEN nano ELSE 0 END) AS BIGINT) AS spilled_nano
FROM statements GROUP BY 1, 2, 3, 4
