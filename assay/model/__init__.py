"""What an asset, a run, a query's origin, a charge *is*: plain immutable values, standard library only."""
