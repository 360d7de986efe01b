"""What a backfill costs before it runs: learned from past builds, and replayed on the warehouse's own timeline."""
