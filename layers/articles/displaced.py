"""The order in which to read Persian that a PDF gave back line by line as its pieces lie on the page, from left to right.

A line of such a text is a row of *runs*: each reads from right to left in itself, the last run of the row comes first.
Nothing marks where a run ends; spaces at the ends of runs come and go, and a run may end inside a word. So the runs have
to be guessed. A cut pays where it parts letters that are no word, and where two ends that it brings together are one:
in ``کندمین مذ``, ``کند`` and ``مین`` part, and ``مذ`` finds the ``کور`` that stands elsewhere in the line. What is a word
tell the commoner words of the language and the text itself. Only texts in which many lines begin as no line can begin
are put in order; in all others nothing moves.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.letters import fold_letter
from layers.articles.words import frequencies, persian_plurals, persian_verbs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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

_SUFFIXES = frozenset(
    re.split(
        " ",
        "ها های هایی هایشان هایش هایم ای تر ترین تری گرا گرایی گرایان گذاری گذاران گیری پذیری پذیر مند شناسی ریزی سازی شان اند",
    )
)
"""What stands after a zero-width non-joiner: with the joiner lost it is glued to the word or parted from it."""

_ENDINGS = frozenset(["ان", "ی"])
"""What is written as one with the word in any case."""

_PREFIXES = (("ال", 4.0), ("فرا", 4.0), ("نا", 4.0), ("ضد", 4.0), ("غیر", 4.0), ("پیش", 4.0), ("هم", 4.0))
_FUNCTION_WORDS = frozenset(
    ["بین", "برای", "چون", "اگر", "ولی", "اما", "باید", "بود", "شد", "شده", "است", "کرد", "کند"]
)
"""Words that take no suffix."""

_VERBS = frozenset(
    ["است", "بود", "شد", "کرد", "شود", "کند", "کنند", "دارد", "دارند", "شدند", "کردند", "اند", "باشد", "دهد"]
)
_VERB_ENDS = 1.0
"""So much likelier a run ends behind a verb, which closes a clause."""

_VERB_PREFIXES = ("می", "نمی")
_BINDING = frozenset(["ها", "های", "هایی", "هایشان", "هایش", "ای", "ترین", "تری", "تر", "گرایی", "گرا"])
_PLURALS = frozenset(["ها", "های", "هایی"])
_CLOSING = frozenset(".،؛:!؟»,;?")
_QUOTES = frozenset("\"'«»")
_TOGETHER = frozenset(
    tuple(pair.split("+"))
    for pair in [
        "اسیای+مرکزی",
        "اسیای+میانه",
        "مواد+مخدر",
        "حزب+التحریر",
        "ایالات+متحده",
        "سازمان+ملل",
        "جمهوری+اسلامی",
        "دولت+اسلامی",
        "امارت+اسلامی",
        "اتحادیه+اروپا",
        "خاور+میانه",
        "جنبش+اسلامی",
        "امارات+متحده",
        "سیاست+خارجی",
        "کشورهای+مشترک",
        "مشترک+المنافع",
        "پیمان+امنیت",
        "امنیت+جمعی",
        "همکاری+شانگهای",
        "همکاری+اقتصادی",
        "رییس+جمهور",
        "قرن+بیست",
        "جماهیر+شوروی",
        "اتحاد+جماهیر",
        "نفت+و",
        "و+گاز",
    ]
)
"""Words that stand side by side in any text of the field, in folded form."""

_KNOWN = frozenset(word for pair in _TOGETHER for word in pair)
_RARE = 11.0
_FRAGMENT = 9.0
"""A word that costs less is too common to be taken for a piece of another."""

_ENOUGH = 3
"""So often must letters that no list knows come for them to be a word of the text."""

_SHORTEST_GLUED = 2
_UNKNOWN = 15.0
_UNKNOWN_LETTER = 0.6
_SUFFIX = 2.0
_CUT = 4.5
_CUT_AT_GLUE = 1.2
_CUT_AT_MARK = 0.4
_CUT_AT_QUOTE = 1.0
_SURE = -50.0
_LONE = 0.7
"""What a run of one word costs."""

_ODD_START = 4.0
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


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """What a word costs: minus the logarithm of how often it comes, in the language and in the text at hand."""

    costs: dict[str, float]
    general: Mapping[str, float]
    verbs: frozenset[str]
    plurals: frozenset[str]
    counts: Counter[str]
    total: int
    pairs: Counter[tuple[str, str]]
    gains: dict[tuple[str, str], float]

    @classmethod
    def of(cls, lines: list[list[_Atom]]) -> _Vocabulary:
        counts: Counter[str] = Counter()
        pairs: Counter[tuple[str, str]] = Counter()
        for atoms in lines:
            counts.update(atom.text for atom in atoms if atom.kind == "arabic")
            pairs.update((a.text, b.text) for a, b in pairwise(atoms) if a.kind == b.kind == "arabic")
        verbs = frozenset(after for (before, after), times in pairs.items() if before in _VERB_PREFIXES and times > 1)
        return cls(
            {}, frequencies("fa"), verbs | persian_verbs(), persian_plurals(), counts, max(1, counts.total()), pairs, {}
        )

    def cost(self, word: str) -> float:
        """Return the cost of a word, in nats; letters that are no word cost most, and the more the longer they are."""
        known = self.costs.get(word)
        if known is None:
            known = self.costs[word] = self._reckon(word)
        return known

    def is_word(self, word: str) -> bool:
        return self.cost(word) < _UNKNOWN

    def _plain(self, word: str) -> float:
        if word in _KNOWN:
            return _RARE
        general, here = self.general.get(word, 0.0), self.counts[word]
        if not general and here < _ENOUGH:
            return math.inf
        if len(word) == 1 and word != "و":
            return _UNKNOWN
        return min(-math.log(0.6 * general + 0.4 * here / self.total * (1.0 if general else 0.2)), _UNKNOWN - 0.5)

    def _reckon(self, word: str) -> float:
        best = self._plain(word)
        for prefix, cost in _PREFIXES:
            if word.startswith(prefix) and len(word) > len(prefix) + 2:
                best = min(best, self._plain(word[len(prefix) :]) + cost)
        for at in range(3, len(word)):
            if word[at:] in _SUFFIXES and word[:at] not in _FUNCTION_WORDS:
                best = min(best, self._plain(word[:at]) + self._ending(word[:at], word[at:]))
            elif word[at:] in _ENDINGS:
                best = min(best, self._plain(word[:at]) + 1.5 * _SUFFIX)
        for prefix in _VERB_PREFIXES:
            rest = word.removeprefix(prefix)
            if rest in self.verbs:
                best = min(best, self._plain(rest) + 1.0)
        return best if best < math.inf else _UNKNOWN + _UNKNOWN_LETTER * len(word)

    def second(self, word: str, middle: str, end: str, rest: str) -> float:
        """Return what a second cut in a word costs more than were it the first; ``end`` is ``middle`` + ``rest``."""
        whole = word.removesuffix(rest)
        return self.cost(middle) - self.cost(whole) + self.cost(word) - self.cost(end)

    def gain(self, tail: str, head: str) -> float:
        """Return what is gained by reading a piece that begins with ``head`` behind one that ends with ``tail``."""
        if not tail or not head:
            return 0.0
        known = self.gains.get((tail, head))
        if known is None:
            known = self.gains[tail, head] = self._gain(tail, head)
        return known

    def _gain(self, tail: str, head: str) -> float:
        if not _LETTERS.match(head):
            return 1.5 if head in _CLOSING and _LETTERS.match(tail) else 0.0
        if not _LETTERS.match(tail):
            return (0.5 if tail in _CLOSING else 0.0) - (_ODD_START if head in _BINDING else 0.0)
        joined = self.joined(tail, head)
        if head in _BINDING and not joined:
            return -_ODD_START / 2
        return max(joined, self.affinity(tail, head))

    def _ending(self, stem: str, suffix: str) -> float:
        """Return the cost of a suffix: less where the noun is known to take it, more where no noun is known to be one."""
        if suffix not in _PLURALS:
            return _SUFFIX
        if stem in self.plurals or self.pairs[stem, suffix] > 1 or self.counts[stem + suffix] > 1:
            return _SUFFIX / 2
        return 3 * _SUFFIX

    def joined(self, tail: str, head: str) -> float:
        """Return what is gained by reading two ends as one word: nothing where both may well be words themselves."""
        costs = self.cost(tail), self.cost(head)
        attached = head in _SUFFIXES or tail in _VERB_PREFIXES
        if not self.is_word(tail + head) or (max(costs) < _FRAGMENT and not attached):
            return 0.0
        if "و" in {tail, head} and max(costs) < _UNKNOWN:
            return 0.0
        return sum(costs) - self.cost(tail + head)

    def affinity(self, before: str, after: str, *, but: int = 0) -> float:
        """Return how much likelier two words are side by side, for all that the text tells ``but`` so many times."""
        if (before, after) in _TOGETHER:
            return 4.5
        times = self.pairs[before, after] - but
        return min(3.0, 1.2 * math.log1p(times)) if times > 0 else 0.0


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
        odd += first.text in _BINDING or (first.text in "،.؛):" and len(atoms) > 1 and atoms[1].kind != "latin")
    return lines >= _FEWEST_LINES and odd >= max(_FEWEST_ODD, _ODD_LINES * lines)


def put_in_order(reading: str, folded: str) -> Letters:
    """Return the letters of a displaced text in the order in which they are to be read, words made whole.

    ``folded`` is the folded form of ``reading``, of the same length. Spaces that hold a word's parts asunder go, and
    one comes where two words were run together: it bears the index of the letter before it. Empty lines between the
    lines of a paragraph go, and a hyphen at a line's end becomes a space. Nothing else is added or lost.
    """
    spans = list(_lines(folded))
    lines = [_atoms(folded[start:end]) for start, end in spans]
    vocabulary = _Vocabulary.of(lines)
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


def _line(line: str, folded: str, atoms: list[_Atom], vocabulary: _Vocabulary, before: str) -> Letters:
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


def _join(out: Letters, piece: Letters, vocabulary: _Vocabulary) -> None:
    """Put a piece behind what is read already, as one word where both ends make one."""
    while out and out[-1][1] == " ":
        out.pop()
    if out and piece[0][1] not in _CLOSING:
        tail, head = _last_word(out), _first_word(piece)
        if not (tail and head and _whole(tail, head, vocabulary)):
            out.append((out[-1][0], " "))
    out += piece


def _whole(tail: str, head: str, vocabulary: _Vocabulary) -> bool:
    """Tell whether two ends are one word; a suffix stays apart, as behind a zero-width non-joiner."""
    if len(head) > 1 and head in _SUFFIXES and vocabulary.is_word(tail):
        return False
    if tail in _VERB_PREFIXES and vocabulary.is_word(head):
        return False
    return vocabulary.joined(tail, head) > 1.0


def _best_cuts(folded: str, atoms: list[_Atom], vocabulary: _Vocabulary, before: str) -> list[int]:
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
    gain = np.array([[vocabulary.gain(tail, head) for head in head_words] for tail in tail_words])
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


def _is_sound(atoms: list[_Atom], vocabulary: _Vocabulary) -> bool:
    """Tell whether nothing about a line is odd, so that there is no reason to cut it."""
    if atoms[0].text in _BINDING or atoms[0].text in _CLOSING or atoms[0].text == "-":
        return False
    if any(atom.kind in {"digits", "latin"} or atom.text in _QUOTES for atom in atoms):
        return False
    if any(a.end < b.start and b.text in _CLOSING for a, b in pairwise(atoms)):
        return False
    return all(vocabulary.is_word(atom.text) for atom in atoms if atom.kind == "arabic")


def _places(atoms: list[_Atom], vocabulary: _Vocabulary) -> list[tuple[int, float]]:
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


def _border(before: _Atom, after: _Atom, vocabulary: _Vocabulary, *, latin: bool) -> float | None:
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
    ended = before.text in vocabulary.verbs or before.text in _VERBS
    return _CUT - ended * _VERB_ENDS + vocabulary.affinity(before.text, after.text, but=1)


def _border_of_mark(before: str, after: str, *, apart: bool) -> float:
    if before in _QUOTES or after in _QUOTES:
        return _CUT_AT_QUOTE
    if after in _CLOSING:
        return _CUT_AT_MARK if apart else _CUT + 1.5
    if before in _CLOSING:
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


def _start_price(before: str, head: str, vocabulary: _Vocabulary) -> float:
    """Return what it costs to begin a line with ``head`` behind a line that ended with ``before``."""
    if head in _CLOSING:
        return _ODD_START
    gain = vocabulary.gain(before, head) if before and _LETTERS.match(before) else 0.0
    return -gain if gain else _ODD_START if head in _BINDING else 0.0
