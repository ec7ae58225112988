"""The faults that real exports have: planted by rule, and listed."""
