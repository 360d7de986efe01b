-- The events of the warehouses asked for. In: all_events (warehouse events), wanted(warehouse). Out: the columns sessions are read from.
SELECT e.warehouse, e.at_ms, e.cluster_number, e.event_name, e.event_state, e.size
FROM all_events AS e
INNER JOIN wanted AS w ON w.warehouse = e.warehouse
