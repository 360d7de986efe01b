-- Reads per asset, reader class and tool. In: counted_reads, readers(tool, ..., reader_class, reader_tool, unsure_class).
-- Out: (asset_key, reader_class, tool, reads, readers, last_read_ms). A read that is only likely has a tool name of its
-- own, and a class that keeps it on the safe side.
SELECT
    c.asset_key,
    CASE WHEN c.how = 'unsure' THEN r.unsure_class ELSE r.reader_class END AS reader_class,
    CASE WHEN c.how = 'unsure' THEN 'unreadable sql' ELSE r.reader_tool END AS tool,
    COUNT(*) AS reads, COUNT(DISTINCT c."user") AS readers, MAX(c.start_ms) AS last_read_ms
FROM counted_reads AS c
INNER JOIN readers AS r
    ON r.tool = c.tool AND r.tool_use = c.tool_use AND r.application = c.application
    AND r.user_type = c.user_type AND r.query_type = c.query_type AND r.role = c.role AND r.leaves = c.leaves
GROUP BY 1, 2, 3
