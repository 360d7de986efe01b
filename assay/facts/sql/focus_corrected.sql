-- The cells of earlier months that were restated after their own month was closed, and before this one is.
-- In: charges. Out: (resource, service, period_ms, reason). A month closes :closes_ms after its end.
SELECT
    resource, service,
    CASE WHEN service = 'storage' THEN hour_ms - hour_ms % 86400000 ELSE hour_ms - hour_ms % :grain_ms END AS period_ms,
    MAX(reason) AS reason
FROM charges
WHERE
    hour_ms < :from_ms AND reason <> 'first'
    AND known_at_ms >= :from_ms + :closes_ms AND known_at_ms < :until_ms + :closes_ms
GROUP BY 1, 2, 3
