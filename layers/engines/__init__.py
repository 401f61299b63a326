"""Engines: how a layer's features are kept so that a request finds, counts and draws them in milliseconds.

``columns`` is the embedded one: memory-mapped files in the release, read with numpy and shapely alone. What serves a
request imports nothing heavier than these two; what builds the files (:mod:`layers.engines.build`) may.
"""
