"""Asset checks and the detector."""
