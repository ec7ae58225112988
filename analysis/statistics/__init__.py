"""Exact statistics for few pairs, and the efficacy results made of them."""
