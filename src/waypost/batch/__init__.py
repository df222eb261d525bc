"""Everyone, as of an instant: the same definitions as queries. Builds queries, never runs one."""
