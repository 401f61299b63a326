"""Dating: when a text says that something happened, as intervals with the precision that the words give."""
