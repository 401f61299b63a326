"""Migrations of the coverage store, run by Alembic: one file for each step from one form of the tables to the next."""
