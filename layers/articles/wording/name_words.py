"""A document's words as names see them: hyphenated words in their parts, Arabic script without its blanks."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from layers.articles.wording.stems import word_keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.articles.wording.document import Document

__all__ = ["Squeezed", "Words", "parts_of"]

_PARTS = re.compile(r"[^\W_]+(?:'[^\W_]+)*'?|[^\w\s]|_")
_BESIDE = 2
_PIECE = re.compile(r"([^\W_]+)|[^\w\s]|_")


class Words:
    """The words of a document as names see them: hyphenated words in their parts, ``'s`` cut off.

    ``starts``, ``ends`` and ``texts`` hold one item for each word or punctuation mark, in the reading's indexes.
    """

    __slots__ = ("_vocabulary", "document", "ends", "folded", "keys", "squeezed", "starts", "texts")

    def __init__(self, document: Document) -> None:
        self.document = document
        starts: list[int] = []
        ends: list[int] = []
        folded: list[str] = []
        texts: list[str] = []
        arabic = False
        for token in document.tokens:
            word = token.folded
            if word.isalnum():
                starts.append(token.start)
                ends.append(token.end)
                folded.append(word)
                texts.append(token.text)
            else:
                for start, end in parts_of(word):
                    starts.append(token.start + start)
                    ends.append(token.start + end)
                    folded.append(word[start:end])
                    texts.append(token.text[start:end])
            arabic = arabic or "\u0600" <= word[0] <= "\u06ff"
        self.starts, self.ends, self.folded, self.texts = starts, ends, folded, texts
        self.keys: list[tuple[str, ...]] = [word_keys(word) for word in folded]
        self.squeezed: list[Squeezed] = _squeeze(document) if arabic else []
        self._vocabulary: frozenset[str] | None = None

    def __len__(self) -> int:
        return len(self.starts)

    def is_shouted(self, at: int) -> bool:
        """Whether the words beside a word in capitals are in capitals too: there "WHO" is no organization.

        Two abbreviations side by side («МВД РК сообщило») do not make a line of capitals: a word further is looked at.
        """
        left, right = self._words_from(at, -1), self._words_from(at, 1)
        beside = [*left[:1], *right[:1]]
        if not left or not right:
            beside = left or right
        return bool(beside) and all(len(text) > 1 and text.isupper() for text in beside)

    def _words_from(self, at: int, step: int) -> list[str]:
        """Return up to two words that follow one another on one side of a word."""
        found: list[str] = []
        here = at + step
        while 0 <= here < len(self) and len(found) < _BESIDE and self.texts[here].isalpha():
            found.append(self.texts[here])
            here += step
        return found

    def vocabulary(self) -> frozenset[str]:
        """Return the words that stand by themselves in the document, folded."""
        if self._vocabulary is None:
            self._vocabulary = frozenset(self.folded)
        return self._vocabulary

    def stems_in(self, start: int, end: int) -> list[str]:
        """Return the stems of the words that stand in ``[start:end]`` of the reading."""
        first, last = bisect_left(self.starts, start), bisect_left(self.starts, end)
        return [
            keys[0] for keys, word in zip(self.keys[first:last], self.folded[first:last], strict=True) if word.isalnum()
        ]


def parts_of(word: str) -> list[tuple[int, int]]:
    """Cut a token at its hyphens and before a possessive ``'s``."""
    parts = []
    for match in _PARTS.finditer(word):
        start, end = match.span()
        if match[0].endswith("'s") and end - start > len("'s"):
            parts.append((start, end - 2))
        elif match[0].endswith("'") and end - start > 1:
            parts.append((start, end - 1))
        else:
            parts.append((start, end))
    return parts


class Squeezed(NamedTuple):
    """Folded letters without white space, in the order of the reading or of the source.

    ``where`` is the place of each letter in the reading, ``source`` its place in the source if that is the order.
    ``begins`` and ``ends`` are the indexes of ``letters`` at which words begin, and after which they end, ascending.
    """

    letters: str
    where: list[int]
    begins: list[int]
    ends: list[int]
    source: list[int] | None = None

    def ends_word(self, at: int) -> bool:
        """Whether a word ends before the letter ``at``."""
        place = bisect_left(self.ends, at)
        return place < len(self.ends) and self.ends[place] == at

    def rest_of_word(self, at: int) -> str:
        """Return what of a word is left from the letter ``at`` on."""
        place = bisect_left(self.ends, at)
        return self.letters[at : self.ends[place]] if place < len(self.ends) else ""


def _squeeze(document: Document) -> list[Squeezed]:
    """Return the letters in the order of the reading and, if text was displaced, in the order of the source as well."""
    folded, offsets = document.text.folded, document.text.offsets
    orders = [_squeezed(folded, range(len(folded)), None)]
    if offsets is not None and len(offsets) > 1 and bool((offsets[1:] < offsets[:-1]).any()):
        order = offsets.argsort(kind="stable").tolist()
        orders.append(_squeezed("".join(folded[at] for at in order), order, offsets.tolist()))
    return orders


def _squeezed(folded: str, order: Sequence[int], offsets: list[int] | None) -> Squeezed:
    where: list[int] = []
    pieces: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    length = 0
    for match in _PIECE.finditer(folded):
        where += order[match.start() : match.end()]
        pieces.append(match[0])
        if match[1]:
            begins.append(length)
            ends.append(length + len(match[0]))
        length += len(match[0])
        if folded.startswith("\n\n", match.end()):  # a name does not run over into the next paragraph
            pieces.append("\n")
            where.append(order[match.end()])
            length += 1
    source = [offsets[at] for at in where] if offsets else None
    return Squeezed("".join(pieces), where, begins, ends, source)
