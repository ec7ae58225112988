"""The determinism matrix, `make matrix`: the same results in different environments."""
