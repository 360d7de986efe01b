"""What things cost: attribution, the ledger, asset mapping, usage and rates."""
