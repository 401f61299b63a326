"""Feature ids as integers, for the formats that have no room for a string.

A feature's id is a slug such as ``af-tj``. A vector tile and MapLibre's ``feature-state`` want an integer, and a browser
keeps integers exactly only up to 2**53 - 1: so the first 53 bits of the slug's sha256 stand for it, the same in every
release and on every machine.
"""

from __future__ import annotations

import hashlib

__all__ = ["integer_id"]

BITS = 53
"""Bits that a JavaScript number keeps exactly."""


def integer_id(id: str) -> int:  # noqa: A002 - the field is called id everywhere else
    """Return the integer that stands for a feature id.

    Parameters
    ----------
    id
        The feature's id. The empty string is an id like any other.

    Returns
    -------
    int
        ``1 … 2**53 - 1``: the leading 53 bits of the sha256 of the UTF-8 id. Never 0, which MapLibre reads as "no id";
        should the bits all be 0, 1 stands for them.

    Examples
    --------
    >>> integer_id("af-tj")
    836124327273287
    >>> integer_id("af-tj") == integer_id("tj-af")
    False
    """
    digest = hashlib.sha256(id.encode("utf-8")).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - BITS) or 1
