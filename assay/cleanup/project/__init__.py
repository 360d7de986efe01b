"""A dbt project as its files tell it: what is defined where, and what refers to what."""
