-- The compute each warehouse was metered per hour. In: cells. Out: (warehouse, hour_ms, nano).
SELECT resource AS warehouse, hour_ms, nano FROM cells WHERE service = 'compute'
