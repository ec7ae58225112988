"""The instruments as data, and their scoring."""
