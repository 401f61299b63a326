"""Amounts: how much and how many a text says, of which substance, goods or people, and what became of them."""
