"""Resources: everything that the OGC API answers, bound to one blueprint. Read it as a table of contents."""

from __future__ import annotations

from server.ogc import collections, conformance, items, landing, openapi, schemas, tiles
from server.ogc.asked import blueprint

__all__ = ["blueprint", "collections", "conformance", "items", "landing", "openapi", "schemas", "tiles"]
