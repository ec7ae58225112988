"""The same results under other surroundings: the determinism matrix, `make matrix`."""
