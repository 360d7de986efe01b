-- The statements whose reads are known from observation: an access row, and none whose object is hidden behind a
-- placeholder. All others are read from their text. In: touched. Out: query_id.
SELECT query_id FROM touched GROUP BY query_id HAVING MAX(hidden) = 0
