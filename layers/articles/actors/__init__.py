"""Actors: organizations that a text names, from the lexicon or by the form of a name; persons are never taken out."""
