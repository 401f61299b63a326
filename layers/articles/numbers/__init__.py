"""Numbers: figures and number words as printed, each with a word on whether it can be trusted; a doubted one has no value."""
