"""How fast, how large and how right: measured in one run beside what others publish. Never part of the tests."""
