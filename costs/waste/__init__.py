"""What is spent for nothing: one module for each kind of waste, each a pure function over its evidence."""
