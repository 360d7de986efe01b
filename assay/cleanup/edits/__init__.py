"""Edits of a dbt project that take models out, or switch them off, and leave all the rest as it was."""
