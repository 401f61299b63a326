"""Geoparsing: the places that a text names, resolved to the gazetteer's, or left open where several fit."""
