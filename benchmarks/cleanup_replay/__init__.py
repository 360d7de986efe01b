"""Past deletions of real dbt repositories made again by Assay, and what came of them."""
