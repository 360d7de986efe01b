-- Where the day's statements came from, each combination once. In: statements. Out: what a rule looks at.
SELECT DISTINCT "user", role, warehouse, application, tag FROM statements
