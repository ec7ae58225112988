def write_readme(export):
    return "SIMULATED\n"
