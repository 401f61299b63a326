"""What is on the map, and what it rests on.

The middle floor: imports ``geo``, never ``server``. Reads the coverage records, makes each layer's features from them
and from the data sets, and binds them into immutable releases. Nothing here knows HTTP.
"""
