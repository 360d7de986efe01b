"""dbt artifacts."""
