"""Passages: what of an article's text a reader may see, as CORRIDORMAP_TEXT allows.

A sentence is shown only where the operator has filed the article's text; without ``context`` a record shows at most
:data:`MOST_CHARACTERS` of all its articles together, so that nobody can read an article record by record at a glance.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from layers.articles.documents.shelf import filed_text, read_passage
from server.config import TEXT_LEVELS
from server.languages import DIRECTION
from server.service import service

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Record = Mapping[str, Any]

__all__ = ["MOST_CHARACTERS", "full_text_allowed", "quoted", "reader_role", "whole_text"]

MOST_CHARACTERS = 300
"""Of a record's sentences that are shown without their context."""

_OPEN = ("CC0", "CC-BY", "ODC-BY", "PDDL")
_CLOSED = ("-ND",)
_REVIEWERS = frozenset({"reviewer", "editor"})
"""Roles whose work is to compare the records with the articles."""


def _allows(level: str) -> bool:
    return TEXT_LEVELS.index(service().config.text) >= TEXT_LEVELS.index(level)


def quoted(items: Iterable[Record], articles: Mapping[str, Record]) -> list[dict[str, Any]]:
    """Return items of evidence with their passages; ``context`` is ``None`` where none may be shown or none is filed."""
    left = MOST_CHARACTERS
    found = []
    for item in items:
        context = _context(item, articles[item["article"]], left) if _allows("sentence") and left > 0 else None
        if context is not None and not _allows("context"):
            left -= len(context["text"])
        found.append({**item, "context": context})
    return found


def _context(item: Record, article: Record, left: int) -> dict[str, Any] | None:
    passage = read_passage(service().workspace, item["sha256"], item["start"], item["end"])
    if passage is None:
        return None
    language = str(article["language"])
    is_whole = _allows("context")
    is_cut = not is_whole and len(passage.text) > left
    return {
        "before": passage.before if is_whole else "",
        "text": passage.text[:left].rstrip() if is_cut else passage.text,
        "after": passage.after if is_whole else "…" if is_cut else "",
        "language": language,
        "dir": DIRECTION.get(language, "ltr"),
    }


def full_text_allowed(article: Record, role: str | None = None) -> bool:
    """Whether a reader may see the whole text of an article under ``CORRIDORMAP_TEXT=full``.

    Parameters
    ----------
    article
        Its record; of an open licence (``licence``) everybody may read the whole.
    role
        Of who is signed in; a reviewer or an editor may read every article. ``None`` when nobody is, or the service is
        read-only.
    """
    if not _allows("full"):
        return False
    licence = str(article.get("licence") or "").upper()
    is_open = licence.startswith(_OPEN) and not any(word in licence for word in _CLOSED)
    return is_open or role in _REVIEWERS


def reader_role() -> str | None:
    """Return the role of who is signed in; ``None`` when nobody is, or the service is read-only."""
    if not service().config.review:
        return None
    # A read-only service holds nothing of people; where they sign in, the module is loaded already.
    person = importlib.import_module("server.people.access").current_person()
    return None if person is None else str(person.role)


def whole_text(
    article: Record, spans: Sequence[tuple[int, int, str]], role: str | None = None
) -> list[tuple[str, str | None]] | None:
    """Return an article's text in pieces, each with the id of the object that it is evidence of, or ``None``.

    Of spans that overlap the first one, by start, is marked. ``None`` when the text may not be shown to a reader of this
    role (:func:`full_text_allowed`) or is not filed.
    """
    text = filed_text(service().workspace, str(article["sha256"])) if full_text_allowed(article, role) else None
    if text is None:
        return None
    pieces: list[tuple[str, str | None]] = []
    at = 0
    for start, end, object_id in sorted(spans):
        if at <= start < end <= len(text):
            pieces += [(text[at:start], None), (text[start:end], object_id)]
            at = end
    return [piece for piece in [*pieces, (text[at:], None)] if piece[0]]
