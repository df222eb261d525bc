"""One person, now: fold a log into a profile, evaluate conditions, decide. Pure; runtime.advance calls it."""
