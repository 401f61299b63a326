"""What is a word of Persian, in a text whose words have been cut and run together.

A word costs minus the logarithm of how often it comes, in nats: in the commoner words of the language and in the text
itself. All words are in folded form.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from layers.articles.wording.words import frequencies, persian_plurals, persian_verbs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["BINDING", "CLOSING", "ODD_START", "Vocabulary"]

CLOSING = frozenset(".،؛:!؟»,;?")
"""Marks that stand behind a word."""

ODD_START = 4.0
"""What it costs to begin with what continues or closes a word."""

SUFFIXES = frozenset(
    ["ها", "های", "هایی", "هایشان", "هایش", "هایم", "ای", "تر", "ترین", "تری", "گرا", "گرایی", "گرایان", "گذاری",
     "گذاران", "گیری", "پذیری", "پذیر", "مند", "شناسی", "ریزی", "سازی", "شان", "اند"]
)  # fmt: skip
"""What stands after a zero-width non-joiner: with the joiner lost it is glued to the word or parted from it."""

_ENDINGS = frozenset(["ان", "ی"])
"""What is written as one with the word in any case."""

_LONGEST_SUFFIX = max(map(len, SUFFIXES))
_PREFIXES = (("ال", 4.0), ("فرا", 4.0), ("نا", 4.0), ("ضد", 4.0), ("غیر", 4.0), ("پیش", 4.0), ("هم", 4.0))
_FUNCTION_WORDS = frozenset(
    ["بین", "برای", "چون", "اگر", "ولی", "اما", "باید", "بود", "شد", "شده", "است", "کرد", "کند"]
)
"""Words that take no suffix."""

_VERBS = frozenset(
    ["است", "بود", "شد", "کرد", "شود", "کند", "کنند", "دارد", "دارند", "شدند", "کردند", "اند", "باشد", "دهد"]
)
_VERB_PREFIXES = ("می", "نمی")
BINDING = frozenset(["ها", "های", "هایی", "هایشان", "هایش", "ای", "ترین", "تری", "تر", "گرایی", "گرا"])
_PLURALS = frozenset(["ها", "های", "هایی"])
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

_UNKNOWN = 15.0
_UNKNOWN_LETTER = 0.6
_SUFFIX = 2.0


@dataclass(frozen=True, slots=True)
class Vocabulary:
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
    def of(cls, lines: Iterable[Sequence[str | None]]) -> Vocabulary:
        """Make the vocabulary of a text from the folded words of its lines, ``None`` for all that is no Persian word."""
        counts: Counter[str] = Counter()
        pairs: Counter[tuple[str, str]] = Counter()
        for line in lines:
            counts.update(word for word in line if word)
            pairs.update((a, b) for a, b in pairwise(line) if a and b)
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
        """Tell whether letters are a word, a known one or one that is made by the rules of the language."""
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
        for length in range(1, min(_LONGEST_SUFFIX, len(word) - 3) + 1):
            stem, end = word[:-length], word[-length:]
            if end in SUFFIXES and stem not in _FUNCTION_WORDS:
                best = min(best, self._plain(stem) + self._ending(stem, end))
            elif end in _ENDINGS:
                best = min(best, self._plain(stem) + 1.5 * _SUFFIX)
        for prefix in _VERB_PREFIXES:
            if word.startswith(prefix) and word[len(prefix) :] in self.verbs:
                best = min(best, self._plain(word[len(prefix) :]) + 1.0)
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
        if not head[0].isalpha():
            return 1.5 if head in CLOSING and tail[-1].isalpha() else 0.0
        if not tail[-1].isalpha():
            return (0.5 if tail in CLOSING else 0.0) - (ODD_START if head in BINDING else 0.0)
        joined = self.joined(tail, head)
        if head in BINDING and not joined:
            return -ODD_START / 2
        return max(joined, self.affinity(tail, head))

    def joined(self, tail: str, head: str) -> float:
        """Return what is gained by reading two ends as one word: nothing where both may well be words themselves."""
        costs = self.cost(tail), self.cost(head)
        attached = head in SUFFIXES or tail in _VERB_PREFIXES
        if not self.is_word(tail + head) or (max(costs) < _FRAGMENT and not attached):
            return 0.0
        if "و" in {tail, head} and max(costs) < _UNKNOWN:
            return 0.0
        return sum(costs) - self.cost(tail + head)

    def _ending(self, stem: str, suffix: str) -> float:
        """Return the cost of a suffix: less where the noun is known to take it, more where no noun is known to be one."""
        if suffix not in _PLURALS:
            return _SUFFIX
        if stem in self.plurals or self.pairs[stem, suffix] > 1 or self.counts[stem + suffix] > 1:
            return _SUFFIX / 2
        return 3 * _SUFFIX

    def affinity(self, before: str, after: str, *, but: int = 0) -> float:
        """Return how much likelier two words are side by side, for all that the text tells ``but`` so many times."""
        if (before, after) in _TOGETHER:
            return 4.5
        times = self.pairs[before, after] - but
        return min(3.0, 1.2 * math.log1p(times)) if times > 0 else 0.0

    def whole(self, tail: str, head: str) -> bool:
        """Tell whether two ends are one word; a suffix stays apart, as behind a zero-width non-joiner."""
        if len(head) > 1 and head in SUFFIXES and self.is_word(tail):
            return False
        if tail in _VERB_PREFIXES and self.is_word(head):
            return False
        return self.joined(tail, head) > 1.0

    def closes(self, word: str) -> bool:
        """Tell whether a word is a verb that closes a clause."""
        return word in self.verbs or word in _VERBS
