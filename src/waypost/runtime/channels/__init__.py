"""The Channel port, and one module per way to reach a person. Only runtime comes in here."""
