"""The command line: translates and renders, nothing else."""
