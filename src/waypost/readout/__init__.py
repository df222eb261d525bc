"""Questions about many people, answered from aggregates. Pure; see runtime.readouts for who asks the database."""
