"""Imports: records that users already have in data sets, on their way into the coverage store and into a release.

A data set is outside knowledge: its records are drawn in context layers, under the data set's own name. What is kept of a
row is what a mapping names, never its notes or the text of its sources.
"""
