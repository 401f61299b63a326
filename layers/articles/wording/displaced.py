"""The order in which to read Persian that a PDF gave back line by line as its pieces lie on the page, from left to right.

A line of such a text is a row of *runs*: each reads from right to left in itself, the last run of the row comes first.
Nothing marks where a run ends; spaces at the ends of runs come and go, and a run may end inside a word. So the runs have
to be guessed. A cut pays where it parts letters that are no word, and where two ends that it brings together are one:
in ``کندمین مذ``, ``کند`` and ``مین`` part, and ``مذ`` finds the ``کور`` that stands elsewhere in the line. What is a word
tell the commoner words of the language and the text itself. Only texts in which many lines begin as no line can begin
are put in order; in all others nothing moves.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.letters import fold_letter
from layers.articles.wording.persian_words import BINDING, CLOSING, ODD_START, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Letters", "is_displaced", "put_in_order"]

Letters = list[tuple[int, str]]
"""A reading: the letter that stands in each place, and the index that it had before."""

_ATOM = re.compile(
    r"(?P<arabic>[\u0621-\u065F\u066E-\u06D3\u06FA-\u06FF]+)"
    r"|(?P<digits>[%٪]?\d+(?:[./\-]\d+)*[%٪]?)"
    r"|(?P<latin>[^\W\d_][^\s\u0600-\u06FF]*(?: +[^\W\d_\u0600-\u06FF][^\s\u0600-\u06FF]*)*)"
    r"|(?P<mark>[^\w\s]|_)"
)
_LETTERS = re.compile(r"[\u0621-\u064A\u066E-\u06D3]")

_QUOTES = frozenset("\"'«»")
_SHORTEST_GLUED = 2
_VERB_ENDS = 1.0
"""So much likelier a run ends behind a verb, which closes a clause."""

_CUT = 4.5
_CUT_AT_GLUE = 1.2
_CUT_AT_MARK = 0.4
_CUT_AT_QUOTE = 1.0
_SURE = -50.0
_LONE = 0.7
"""What a run of one word costs."""

_LONGEST = 400
"""Letters in a line; longer ones are paragraphs, which no page prints in one line."""

_INDENT = "    "
"""Stands at the end of a displaced line that begins a paragraph."""

_ODD_LINES = 0.12
_FEWEST_LINES = 8
_FEWEST_LETTERS = 200
_FEWEST_ODD = 4


class _Atom(NamedTuple):
    start: int
    end: int
    text: str
    kind: str


def _atoms(line: str) -> list[_Atom]:
    return [_Atom(m.start(), m.end(), m[0], m.lastgroup or "mark") for m in _ATOM.finditer(line)]


def _lines(folded: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in folded.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


def is_displaced(folded: str) -> bool:
    r"""Tell whether many lines of a text begin as no line of Persian can: with what closes or continues a word.

    >>> is_displaced("کتاب های خوب و بزرگ\n" * 20), is_displaced("های کتاب خوب و بزرگ\n" * 20)
    (False, True)
    """
    if "\n" not in folded or len(_LETTERS.findall(folded[:20_000])) < _FEWEST_LETTERS:
        return False
    lines = odd = 0
    for start, end in _lines(folded[:200_000]):
        atoms = _atoms(folded[start : min(end, start + 60)])
        if not atoms or end - start > _LONGEST or not any(atom.kind == "arabic" for atom in atoms):
            continue
        lines += 1
        first = atoms[0]
        odd += first.text in BINDING or (first.text in "،.؛):" and len(atoms) > 1 and atoms[1].kind != "latin")
    return lines >= _FEWEST_LINES and odd >= max(_FEWEST_ODD, _ODD_LINES * lines)


def put_in_order(reading: str, folded: str) -> Letters:
    """Return the letters of a displaced text in the order in which they are to be read, words made whole.

    ``folded`` is the folded form of ``reading``, of the same length. Spaces that hold a word's parts asunder go, and
    one comes where two words were run together: it bears the index of the letter before it. Empty lines between the
    lines of a paragraph go, and a hyphen at a line's end becomes a space. Nothing else is added or lost.
    """
    spans = list(_lines(folded))
    lines = [_atoms(folded[start:end]) for start, end in spans]
    vocabulary = Vocabulary.of([[atom.text if atom.kind == "arabic" else None for atom in atoms] for atoms in lines])
    letters: Letters = []
    before = ""
    breaks: Letters = []
    open_paragraph = False
    for (start, end), atoms in zip(spans, lines, strict=True):
        if not atoms:
            breaks.append((end, "\n"))
            continue
        if any(atom.kind == "arabic" for atom in atoms) and end - start <= _LONGEST:
            line = _line(reading[start:end], folded[start:end], atoms, vocabulary, before)
            line = [(start + at, letter) for at, letter in line]
            if open_paragraph and not folded[start:end].endswith(_INDENT):
                breaks = breaks[:1]
                _continue(letters, breaks)
            open_paragraph, before = True, _last_word(line) or line[-1][1]
        else:
            line = [(at, reading[at]) for at in range(start, end)]
            open_paragraph = False
        letters += breaks + line
        breaks = [(end, "\n")]
    letters += breaks
    return letters if letters[-1][0] < len(reading) else letters[:-1]


def _continue(letters: Letters, breaks: Letters) -> None:
    """Take the hyphen off a line that goes on in the next one."""
    while letters and letters[-1][1] == " ":
        letters.pop()
    if letters and letters[-1][1] == "-":
        letters[-1] = (letters[-1][0], " ")
        breaks.clear()


def _line(line: str, folded: str, atoms: list[_Atom], vocabulary: Vocabulary, before: str) -> Letters:
    cuts = _best_cuts(folded, atoms, vocabulary, before)
    out: Letters = []
    for first, last in reversed(list(pairwise([0, *cuts, len(line)]))):
        piece = [(at, line[at]) for at in range(first, last)]
        while piece and piece[0][1] == " ":
            piece.pop(0)
        if piece:
            _join(out, piece, vocabulary)
    return out


def _last_word(letters: Letters) -> str:
    word: list[str] = []
    for _, letter in reversed(letters):
        if letter == " " and not word:
            continue
        if not _LETTERS.match(letter):
            break
        word.append(fold_letter(letter))
    return "".join(reversed(word))


def _first_word(letters: Letters) -> str:
    word = []
    for _, letter in letters:
        if not _LETTERS.match(letter):
            break
        word.append(fold_letter(letter))
    return "".join(word)


def _join(out: Letters, piece: Letters, vocabulary: Vocabulary) -> None:
    """Put a piece behind what is read already, as one word where both ends make one."""
    while out and out[-1][1] == " ":
        out.pop()
    if out and piece[0][1] not in CLOSING:
        tail, head = _last_word(out), _first_word(piece)
        if not (tail and head and vocabulary.whole(tail, head)):
            out.append((out[-1][0], " "))
    out += piece


def _best_cuts(folded: str, atoms: list[_Atom], vocabulary: Vocabulary, before: str) -> list[int]:
    """Return where to cut a line, rising; by dynamic programming over pairs of cuts."""
    if _is_sound(atoms, vocabulary) or not (places := _places(atoms, vocabulary)):
        return []
    cuts = [0, *(at for at, _ in places), len(folded)]
    prices = [0.0, *(price for _, price in places), 0.0]
    count = len(cuts)
    tails = [_atom_before(atoms, at) for at in cuts]
    heads = [_atom_behind(atoms, at) for at in cuts]
    tail_words = [
        folded[atoms[a].start : min(at, atoms[a].end)] if a >= 0 else "" for a, at in zip(tails, cuts, strict=True)
    ]
    head_words = [
        folded[max(at, atoms[a].start) : atoms[a].end] if a >= 0 else "" for a, at in zip(heads, cuts, strict=True)
    ]
    gain = np.zeros((count, count))
    for k in range(2, count):
        gain[k, : k - 1] = [vocabulary.gain(tail_words[k], head) for head in head_words[: k - 1]]
    owners = np.array(heads)
    start = np.array([_start_price(before, head, vocabulary) for head in head_words])
    # best[i, j]: the least cost with a piece from cut i to cut j, the junction behind which is still to come.
    best = np.full((count, count), np.inf)
    came = np.full((count, count), -1, dtype=np.intp)
    best[0, 1:] = 0.0
    for j in range(1, count - 1):
        gains = gain[j + 1 :, :j].T
        reached = best[:j, j] + prices[j] + _LONE * (owners[:j] == tails[j])
        if heads[j] == tails[j]:  # inside a word: what the cut leaves on either side is less than the word
            gains = gains.copy()
            inside = [i for i in range(j) if heads[i] == heads[j]]
            beyond = [k for k in range(j + 1, count) if tails[k] == tails[j]]
            rests = {i: head_words[i][: cuts[j] - cuts[i]] for i in inside}
            ends = {k: folded[cuts[j] : cuts[k]] for k in beyond}
            for i, rest in rests.items():
                gains[i] = [vocabulary.gain(ends.get(k, tail_words[k]), rest) for k in range(j + 1, count)]
                reached[i] += vocabulary.second(atoms[heads[j]].text, rest, head_words[i], head_words[j])
            for k, end in ends.items():
                if cuts[k] < atoms[tails[k]].end:  # the middle of a word: it has joined what stands before it
                    gains[:, k - j - 1] = 0.0
                else:
                    gains[:, k - j - 1] = [vocabulary.gain(end, rests.get(i, head_words[i])) for i in range(j)]
        reach = reached[:, None] - gains
        back = reach.argmin(axis=0)
        best[j, j + 1 :] = reach[back, np.arange(reach.shape[1])]
        came[j, j + 1 :] = back
    last = count - 1
    final = best[:last, last] + start[:last]
    j, k = int(final.argmin()), last
    chosen: list[int] = []
    while j > 0:
        chosen.append(cuts[j])
        j, k = int(came[j, k]), j
    return chosen[::-1]


def _is_sound(atoms: list[_Atom], vocabulary: Vocabulary) -> bool:
    """Tell whether nothing about a line is odd, so that there is no reason to cut it."""
    if atoms[0].text in BINDING or atoms[0].text in CLOSING or atoms[0].text == "-":
        return False
    if any(atom.kind in {"digits", "latin"} or atom.text in _QUOTES for atom in atoms):
        return False
    if any(a.end < b.start and b.text in CLOSING for a, b in pairwise(atoms)):
        return False
    return all(vocabulary.is_word(atom.text) for atom in atoms if atom.kind == "arabic")


def _places(atoms: list[_Atom], vocabulary: Vocabulary) -> list[tuple[int, float]]:
    """Return where a run may end, with what a cut there costs; where digits and words meet it must cost nothing."""
    prices: dict[int, float] = {}
    for atom in atoms:
        if atom.start == 0 and atom.text == "-" and len(atoms) > 1:
            prices[1] = _SURE  # the hyphen of a word that goes on in the next line
        if atom.kind == "arabic" and len(atom.text) > _SHORTEST_GLUED and not vocabulary.is_word(atom.text):
            whole = vocabulary.cost(atom.text)
            for at in range(1, len(atom.text)):
                left, right = atom.text[:at], atom.text[at:]
                if vocabulary.is_word(left) or vocabulary.is_word(right):
                    parts = vocabulary.cost(left) + vocabulary.cost(right)
                    prices[atom.start + at] = parts - whole + _CUT_AT_GLUE
    for index, (before, after) in enumerate(pairwise(atoms)):
        price = _border(before, after, vocabulary, latin=_in_latin(atoms, index))
        if price is not None:
            prices.setdefault(after.start, price)
    return sorted(prices.items())


def _border(before: _Atom, after: _Atom, vocabulary: Vocabulary, *, latin: bool) -> float | None:
    """Return what a cut between two neighbours costs, ``None`` where none may be."""
    apart = after.start > before.end
    kinds = {before.kind, after.kind}
    if latin and "arabic" not in kinds:
        return None
    if "digits" in kinds or kinds == {"arabic", "latin"}:
        return _SURE
    if "latin" in kinds:
        return None
    if "mark" in kinds:
        return _border_of_mark(before.text, after.text, apart=apart)
    ended = vocabulary.closes(before.text)
    return _CUT - ended * _VERB_ENDS + vocabulary.affinity(before.text, after.text, but=1)


def _border_of_mark(before: str, after: str, *, apart: bool) -> float:
    if before in _QUOTES or after in _QUOTES:
        return _CUT_AT_QUOTE
    if after in CLOSING:
        return _CUT_AT_MARK if apart else _CUT + 1.5
    if before in CLOSING:
        return _CUT - 1.5 if apart else _CUT_AT_MARK
    return _CUT


def _in_latin(atoms: list[_Atom], index: int) -> bool:
    """Tell whether the border behind an atom lies in a Latin run with its numerals and marks, such as a citation."""
    for step in (-1, 1):
        at = index if step < 0 else index + 1
        while 0 <= at < len(atoms) and atoms[at].kind in {"mark", "digits"}:
            at += step
        if 0 <= at < len(atoms) and atoms[at].kind == "latin":
            return True
    return False


def _atom_before(atoms: list[_Atom], at: int) -> int:
    """Return which atom a piece that ends at ``at`` ends with, -1 for none."""
    return bisect_left(atoms, at, key=lambda atom: atom.start) - 1


def _atom_behind(atoms: list[_Atom], at: int) -> int:
    """Return which atom a piece that begins at ``at`` begins with, -1 for none."""
    index = bisect_right(atoms, at, key=lambda atom: atom.end)
    return index if index < len(atoms) else -1


def _start_price(before: str, head: str, vocabulary: Vocabulary) -> float:
    """Return what it costs to begin a line with ``head`` behind a line that ended with ``before``."""
    if head in CLOSING:
        return ODD_START
    gain = vocabulary.gain(before, head) if before and _LETTERS.match(before) else 0.0
    return -gain if gain else ODD_START if head in BINDING else 0.0
