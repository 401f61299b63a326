"""Geometry: borders, corridors, places, the tile grid.

The ground floor: nothing in this package imports ``layers`` or ``server``, and nothing in it knows what an article or
an HTTP request is. Geometry is EPSG:4326 (lon, lat) unless a name says otherwise; lengths are metres on the ellipsoid.
"""
