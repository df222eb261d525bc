"""The only floor that waits: stores, clock, channels, workers. All walks through runtime.advance, the corridor."""
