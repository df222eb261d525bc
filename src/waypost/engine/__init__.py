"""One person, now: fold a log into a profile, evaluate conditions, decide. Pure; see runtime.advance for who calls it."""
