-- The nodes the day's statements name in a comment or tag, each once. In: statements. Out: node_id.
SELECT DISTINCT node_id FROM statements WHERE node_id <> ''
