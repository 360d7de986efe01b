"""The query history in columns: day-partitioned Parquet, its manifest, the canonical SQL and the engines."""
