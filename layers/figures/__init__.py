"""Figures: maps for print, drawn from a release with the page's tokens and symbols, byte for byte the same each time."""
