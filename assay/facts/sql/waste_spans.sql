-- The stretches in which anything ran in a warehouse, each apart from the next. In: queries. Out: (warehouse, begins_ms, ends_ms).
-- A statement holds its warehouse from the end of its waiting and compiling until it ended, less the time it was blocked.
WITH ran AS (
    SELECT
        warehouse, LEAST(
            start_ms + COALESCE(queued_provisioning_ms, 0) + COALESCE(queued_repair_ms, 0)
            + COALESCE(queued_overload_ms, 0) + COALESCE(compilation_ms, 0) + COALESCE(list_external_files_ms, 0),
            end_ms
        ) AS begins_ms,
        end_ms - COALESCE(transaction_blocked_ms, 0) AS ends_ms
    FROM queries WHERE NOT warehouse IS NULL AND NOT warehouse_size IS NULL AND NOT end_ms IS NULL
),
held AS (
    SELECT warehouse, begins_ms, CASE WHEN ends_ms > begins_ms THEN ends_ms ELSE begins_ms + 1 END AS ends_ms FROM ran
),
marked AS (
    SELECT
        warehouse, begins_ms, ends_ms,
        CASE
            WHEN begins_ms <= MAX(ends_ms) OVER (
                PARTITION BY warehouse ORDER BY begins_ms, ends_ms ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) THEN 0
            ELSE 1
        END AS is_first
    FROM held
),
numbered AS (
    SELECT
        warehouse, begins_ms, ends_ms,
        SUM(is_first) OVER (
            PARTITION BY warehouse ORDER BY begins_ms, ends_ms ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS stretch
    FROM marked
)
SELECT warehouse, MIN(begins_ms) AS begins_ms, MAX(ends_ms) AS ends_ms FROM numbered GROUP BY warehouse, stretch
