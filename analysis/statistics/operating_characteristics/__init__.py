"""How this design behaves over many simulated trials: size, power and coverage on each grid."""
