"""Definition files: texts by path in, Definitions or Issues out. Receives texts, never paths; see model.changes."""
