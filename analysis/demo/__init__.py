"""The simulated export."""
