"""Benchmarks: each module prints its figures with a limit or a peer beside them, from the same run."""
