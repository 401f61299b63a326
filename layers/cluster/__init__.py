"""The cluster: workers of Dask do the parts of long jobs, on this machine or on many.

Only this package imports Dask, and nothing imports this package but commands that were told to use a scheduler. It does the
parts of :mod:`layers.workers` and knows nothing of articles or maps.
"""
