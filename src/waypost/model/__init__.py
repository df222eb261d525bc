"""Frozen nouns: what the other floors talk about. Nothing here computes more than a value about itself.

This floor imports nothing of Waypost, has no clock, no chance and no I/O.
"""
