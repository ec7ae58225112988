"""How long an analyst waits, and how the work grows, measured in one run."""
