"""Waypost: live behavioural segments, the next step for each new person, and proof that it helped.

Where things are, from the top: `http`, `cli` and `demo` are doors; `runtime` is the only floor that waits (stores,
clock, workers); `readout` answers questions about many people; `definitions`, `engine` and `batch` are three siblings
that do not know each other; `model` has the nouns. Everything below `runtime` is pure and can be used as a library.
"""
