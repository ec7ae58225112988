"""How long an analyst waits, and how run times grow, measured in one run."""
