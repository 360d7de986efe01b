"""The views of ACCOUNT_USAGE and ORGANIZATION_USAGE, with their own column names and types."""
