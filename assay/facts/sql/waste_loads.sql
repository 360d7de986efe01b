-- What each warehouse did at each size. In: queries. Out: the columns below; bytes spilled are null where the source tells none.
-- A statement counts where it began in [:from_ms, :until_ms).
SELECT
    warehouse, UPPER(REPLACE(REPLACE(warehouse_size, '-', ''), ' ', '')) AS size, COUNT(*) AS statements,
    CAST(SUM(COALESCE(execution_ms, end_ms - start_ms)) AS BIGINT) AS ran_ms,
    CAST(SUM(COALESCE(queued_overload_ms, 0)) AS BIGINT) AS queued_ms,
    CAST(SUM(COALESCE(bytes_scanned, 0)) AS BIGINT) AS scanned,
    CAST(SUM(spilled_local_bytes) AS BIGINT) AS local_bytes, CAST(SUM(spilled_remote_bytes) AS BIGINT) AS remote_bytes
FROM queries
WHERE
    NOT warehouse IS NULL AND NOT warehouse_size IS NULL AND NOT end_ms IS NULL
    AND start_ms >= :from_ms AND start_ms < :until_ms
GROUP BY 1, 2
