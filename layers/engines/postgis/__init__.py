"""PostGIS engine: releases loaded into PostgreSQL with PostGIS, and every request answered from there.

This package alone imports psycopg (extra ``[postgis]``). ``load`` writes a release, everything else reads it with
transactions that only read, so that it works on a replica too.
"""
