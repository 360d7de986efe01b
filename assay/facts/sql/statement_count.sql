-- How many statements began in the window, each once. In: statements (with start_ms). Out: n.
SELECT COUNT(*) AS n FROM statements WHERE start_ms >= :from_ms AND start_ms < :until_ms
