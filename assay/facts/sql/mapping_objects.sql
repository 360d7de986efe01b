-- The names of the relations touched, each once. In: relations. Out: object_name.
SELECT DISTINCT object_name FROM relations
