"""The HTTP door: translates and renders, nothing else."""
