"""A pretend product whose people have known habits, sent through the real HTTP door."""
