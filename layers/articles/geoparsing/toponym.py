"""Toponym: one name of a place in a text, and a name on its way to be one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from layers.articles.geoparsing.place_context import Evidence
    from layers.articles.geoparsing.place_names import NameMatch
    from layers.articles.mention import Role
    from layers.articles.wording.text import Span

__all__ = ["ACCEPTED", "FoundName", "Toponym"]

ACCEPTED = 1.0
"""A name with at least this much in its favour is taken for a place."""


@dataclass(frozen=True, slots=True)
class Toponym:
    """A name of a place: where it stands in the reading, the places that bear it (rows of the index), how sure it is.

    ``name`` is the folded name as the gazetteer has it. ``score`` is how much speaks for a place, :data:`ACCEPTED` or
    more. ``cue`` is the kind of place that a word beside it says: ``province``, ``district``, ``city``, ``river``…
    """

    span: Span
    name: str
    rows: tuple[int, ...]
    role: Role = "literal"
    score: float = 1.0
    cue: str = ""
    method: str = "gazetteer"


@dataclass(frozen=True, slots=True)
class FoundName:
    """A name that may be a place, before the document as a whole has been looked at."""

    at: int
    """The index of its first word."""
    match: NameMatch
    evidence: Evidence
    role: Role = "literal"
    method: str = "gazetteer"
