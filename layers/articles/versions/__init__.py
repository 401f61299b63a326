"""Versions: which articles were taken or translated from one another, so that they count as one source."""
