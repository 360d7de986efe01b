"""A seeded synthetic company: the demo, and the data of tests and screenshots."""
