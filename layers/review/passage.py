"""Passage: the words that a record rests on, in their context, with what the machine took from them marked."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from layers.articles.wording.language import language_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Mark", "Passage", "Piece", "marks_of", "passages", "reaches", "with_offers"]

CONTEXT_CHARACTERS: Final = 360
"""How much of the text is shown before and after what a record rests on, at most."""
_GAP_CHARACTERS: Final = 500
"""Passages that are no farther apart are shown as one."""
_MOST_PASSAGES: Final = 4
_BREAKS: Final = "\n.!?؟۔"


@dataclass(frozen=True, slots=True)
class Mark:
    """A span ``[start, end)`` of the text and what it is: ``trigger``, ``place``, ``organization``, ``date``, ``number``.

    ``offer`` is the number of the alternative that it would be, 0 for what the record says already.
    """

    start: int
    end: int
    kind: str
    offer: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a passage: ``is_evidence`` where the record rests on it, ``kind`` and ``offer`` of its mark, else ``""`` and 0."""

    text: str
    is_evidence: bool
    kind: str = ""
    offer: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """Pieces that follow each other in the text, from its character ``start`` on, and the language that they are in."""

    start: int
    language: str
    pieces: tuple[Piece, ...]
    evidence: tuple[int, ...]
    """Indexes of the record's passages that stand in it."""


def marks_of(
    text: str,
    evidence: Sequence[Mapping[str, Any]],
    record: Mapping[str, Any],
    trigger: tuple[int, int],
    mentions: Iterable[Mapping[str, Any]],
) -> tuple[Mark, ...]:
    """Return what is marked in a text, sorted; spans that overlap an earlier, more telling one are left out.

    ``mentions`` are the article's, with ``kind``, ``start``, ``end``, ``entity`` and ``name``.
    """
    found = [Mark(*trigger, "trigger")]
    place = record.get("place") or {}
    slots = record.get("slots") or ()
    named = {place.get("entity"), place.get("name"), *record.get("organization_entities", ())}
    named |= {slot["entity"] or slot["name"] for slot in slots}
    spans = [(item["start"], item["end"]) for item in evidence]
    for mention in mentions:
        is_named = mention["entity"] in named if mention["entity"] else mention["name"] in named
        if is_named and any(start <= mention["start"] and mention["end"] <= end for start, end in spans):
            found.append(Mark(mention["start"], mention["end"], mention["kind"]))
    found += [Mark(start, end, str(record.get("kind") or "place")) for start, end in record.get("mentions") or ()]
    printed = [(record.get("date_as_printed"), "date")]
    printed += [(each.get("as_printed"), "number") for each in record.get("quantities") or ()]
    printed += (
        [((record.get("value") or {}).get("as_printed"), "number")] if isinstance(record.get("value"), dict) else []
    )
    for words, kind in printed:
        for start, end in spans:
            at = text.find(words, start, end) if words else -1
            if words and at >= 0:
                found.append(Mark(at, at + len(words), kind))
                break
    return _apart(text, found)


def with_offers(text: str, marks: Iterable[Mark], offers: Iterable[Mark]) -> tuple[Mark, ...]:
    """Return marks with those of alternatives among them, sorted, where they overlap nothing that is marked already."""
    return _apart(text, [*marks, *offers])


def _apart(text: str, found: Iterable[Mark]) -> tuple[Mark, ...]:
    kept: list[Mark] = []
    for mark in found:
        if 0 <= mark.start < mark.end <= len(text) and not any(
            mark.start < each.end and each.start < mark.end for each in kept
        ):
            kept.append(mark)
    return tuple(sorted(kept, key=lambda mark: mark.start))


def passages(
    text: str, evidence: Sequence[Mapping[str, Any]], marks: Sequence[Mark], language: str
) -> tuple[Passage, ...]:
    """Return what a record rests on with the text around it; what stands close together is one passage.

    ``language`` is the article's, for where a passage is too short to tell.

    >>> text = "Trucks left Termez. They reached Hairatan. All was calm."
    >>> (found,) = passages(text, [{"start": 20, "end": 42}], [Mark(33, 41, "place")], "en")
    >>> [(piece.text, piece.is_evidence, piece.kind) for piece in found.pieces][1:4]
    [('They reached ', True, ''), ('Hairatan', True, 'place'), ('.', True, '')]
    """
    return tuple(_passage(text, group, marks, language) for group in _groups(text, evidence))


def reaches(text: str, evidence: Sequence[Mapping[str, Any]]) -> tuple[tuple[int, int], ...]:
    """Return the stretches ``[start, end)`` of a text that :func:`passages` shows, in its order."""
    return tuple(_reach(text, group) for group in _groups(text, evidence))


Group = list[tuple[int, int, int]]
"""Start, end and number of passages that are shown together."""


def _groups(text: str, evidence: Sequence[Mapping[str, Any]]) -> list[Group]:
    groups: list[Group] = []
    for span in sorted((item["start"], item["end"], number) for number, item in enumerate(evidence)):
        if not 0 <= span[0] < span[1] <= len(text):
            continue
        if groups and span[0] - max(end for _, end, _ in groups[-1]) <= _GAP_CHARACTERS:
            groups[-1].append(span)
        else:
            groups.append([span])
    return groups[:_MOST_PASSAGES]


def _reach(text: str, group: Group) -> tuple[int, int]:
    first, last = min(start for start, _, _ in group), max(end for _, end, _ in group)
    start, end = _from(text, first), _to(text, last)
    while end > last and text[end - 1].isspace():
        end -= 1
    return start, end


def _passage(text: str, spans: Group, marks: Sequence[Mark], language: str) -> Passage:
    start, end = _reach(text, spans)
    cuts = {start, end}
    for a, b, _ in spans:
        cuts |= {a, b}
    within = [mark for mark in marks if start <= mark.start and mark.end <= end]
    for mark in within:
        cuts |= {mark.start, mark.end}
    pieces = []
    for a, b in itertools.pairwise(sorted(cuts)):
        over = next((mark for mark in within if mark.start <= a and b <= mark.end), None)
        is_evidence = any(s <= a and b <= e for s, e, _ in spans)
        # A mark that a passage ends within is cut; its number stands at its first piece.
        offer = over.offer if over and over.start == a else 0
        pieces.append(Piece(text[a:b], is_evidence, over.kind if over else "", offer))
    if start > 0:
        pieces.insert(0, Piece("… ", is_evidence=False))
    if end < len(text):
        pieces.append(Piece(" …", is_evidence=False))
    first, last = min(start for start, _, _ in spans), max(end for _, end, _ in spans)
    told = language_of(text[first:last], language)
    return Passage(start, told, tuple(pieces), tuple(sorted(number for _, _, number in spans)))


def _from(text: str, index: int) -> int:
    """Where the context before begins: with a sentence, else with a word."""
    least = max(0, index - CONTEXT_CHARACTERS)
    if least == 0:
        return 0
    before = text[least:index]
    at = min((before.find(sign) for sign in _BREAKS if 0 <= before.find(sign) < len(before) // 2), default=-1)
    at = at if at >= 0 else before.find(" ")
    start = least + at + 1
    while start < index and text[start].isspace():
        start += 1
    return start


def _to(text: str, index: int) -> int:
    """Where the context after ends: with a sentence, else with a word."""
    most = min(len(text), index + CONTEXT_CHARACTERS)
    if most == len(text):
        return most
    after = text[index:most]
    at = max((after.rfind(sign) for sign in _BREAKS), default=-1)
    if at > len(after) // 2:
        return index + at + 1
    at = after.rfind(" ")
    return index + at if at > 0 else most
