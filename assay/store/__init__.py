"""The metadata store: typed tables and one small repository module per aggregate."""
