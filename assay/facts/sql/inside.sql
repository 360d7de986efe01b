-- The stretches in which a caller waits for one of its own statements. In: calls(query_id, parent_query_id), statements, ran.
-- Out: (q, begins_ms, ends_ms), q the caller's.
SELECT
    parent.q, GREATEST(child.begins_ms, parent.begins_ms) AS begins_ms, LEAST(child.ends_ms, parent.ends_ms) AS ends_ms
FROM calls
INNER JOIN statements AS caller ON caller.query_id = calls.parent_query_id
INNER JOIN statements AS called ON called.query_id = calls.query_id
INNER JOIN ran AS parent ON parent.q = caller.q
INNER JOIN ran AS child ON child.q = called.q
WHERE child.begins_ms < parent.ends_ms AND child.ends_ms > parent.begins_ms
