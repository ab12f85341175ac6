"""What steps can read: names, variables and inputs, in the scopes that they are in."""
