"""Where things lie: one module per noun behind the Database port. Only runtime comes in here."""
