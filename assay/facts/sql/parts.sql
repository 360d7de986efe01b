-- The parts of all cells. In: compute_parts, cloud_services_parts, acceleration_parts. Out: (cell, q, kind, weight).
SELECT cell, q, kind, weight FROM compute_parts
UNION ALL
SELECT cell, q, kind, weight FROM cloud_services_parts
UNION ALL
SELECT cell, q, kind, weight FROM acceleration_parts
