"""Review: what people decide of what a machine read, and what follows from it.

Rules without a database: which objects can be reviewed, in which order, what each verdict does, how decisions change the
records of a build, how they are written to files. Rows of them are kept by :mod:`layers.store`.
"""
