"""The OGC API for GIS clients, under ``/ogc``: Features and Tiles, one module for each resource, read from the columns alone.

What conforms to which part of which standard is listed in :mod:`server.ogc.conformance`; nothing is claimed that is not there.
"""
