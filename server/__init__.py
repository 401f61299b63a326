"""The Flask service and the command line.

The top floor: imports ``layers`` and ``geo``. Everything that speaks to a person, a browser or a shell is here.
"""
