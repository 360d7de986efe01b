"""The detector beside its release gates and its peers: `make bench-detector`."""
