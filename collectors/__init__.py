"""Collectors read other systems. They yield batches and write nothing; what they need, they declare."""
