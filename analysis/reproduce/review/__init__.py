"""For the reviewer: results of record, a fresh run held against them, and the archive."""
