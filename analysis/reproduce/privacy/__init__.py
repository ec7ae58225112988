"""Nothing leaves that should not: the gate, and the way to an export that may leave."""
