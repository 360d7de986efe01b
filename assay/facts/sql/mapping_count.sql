-- How many statements the day has. In: statements. Out: n.
SELECT COUNT(*) AS n FROM statements
