"""Review: the pages on which people decide what the map says; only when ``CORRIDORMAP_REVIEW=1``.

The rule of this folder: a page shows what :mod:`layers.store.review_store` gives, by the rules of :mod:`layers.review`, and
every change goes through one view (:mod:`server.review.verdicts`). Each view names the role that may call it.
"""
