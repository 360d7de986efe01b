-- The edges the day's statements show: what a statement read flows into what it wrote. Helper relations are
-- their target already; an edge to oneself is none. In: statements, reads, writes.
-- Out: (upstream, downstream, how 'access' or 'parsed', seen_ms).
SELECT r.asset_key AS upstream, w.asset_key AS downstream, w.how, MAX(s.start_ms) AS seen_ms
FROM writes AS w
INNER JOIN reads AS r ON r.query_id = w.query_id AND r.how = w.how
INNER JOIN statements AS s ON s.query_id = w.query_id
WHERE r.asset_key <> w.asset_key
GROUP BY 1, 2, 3
