-- The distinct signs of those who read: few, whatever the number of queries. In: counted_reads. Out: the combinations.
SELECT DISTINCT tool, tool_use, application, user_type, query_type, role, leaves FROM counted_reads
