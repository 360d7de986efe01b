-- Which rules speak for a statement of the day. In: rule_assets. Out: place, of the rule in its list.
SELECT DISTINCT place FROM rule_assets
