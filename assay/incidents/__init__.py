"""Incidents: results become incidents, and incidents become messages that arrive."""
