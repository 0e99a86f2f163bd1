"""Reading people, accounts, teams and roles."""
