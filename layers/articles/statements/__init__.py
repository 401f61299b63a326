"""Statements: flows, shares, counts and memberships that texts claim, and the ledger of where they disagree."""
