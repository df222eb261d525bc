"""Everyone, as of an instant: the same definitions as queries. Builds expressions and never runs one; see runtime.warehouse."""
