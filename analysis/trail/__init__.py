"""From a number back to the cells it was computed from."""
