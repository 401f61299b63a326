"""How often the commoner words of a language are used, from the word lists of the package wordfreq.

Loaded when a damaged text first asks for them; a text in good order never does.
"""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from geo.letters import fold_letter, read_letter

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["frequencies", "persian_plurals", "persian_verbs"]

_LISTED = frozenset({"en", "fa", "ru"})


@lru_cache(maxsize=4)
def frequencies(language: str) -> Mapping[str, float]:
    """Return the share of all words that each folded word makes up; empty for languages without a list (kk, uz, tg).

    A Persian word with a zero-width non-joiner counts for each of its parts.

    >>> frequencies("fa")["مرکزی"] > frequencies("fa").get("مرک", 0.0), len(frequencies("kk"))
    (True, 0)
    """
    if language not in _LISTED:
        return MappingProxyType({})
    from wordfreq import get_frequency_dict  # noqa: PLC0415 -- 0.2 s and 20 MB that only damaged texts need

    known: dict[str, float] = {}
    for word, share in get_frequency_dict(language, wordlist="small").items():
        reading = "".join(map(read_letter, word))
        for part in "".join(map(fold_letter, reading)).split():
            known[part] = max(known.get(part, 0.0), share)
    return MappingProxyType(known)


@lru_cache(maxsize=1)
def persian_verbs() -> frozenset[str]:
    """Return the folded verb forms that follow the prefix ``می`` behind a zero-width non-joiner.

    >>> "کند" in persian_verbs(), "تولید" in persian_verbs()
    (True, False)
    """
    prefix = "می\u200c"
    return frozenset(
        "".join(map(fold_letter, word.removeprefix(prefix))) for word in _listed() if word.startswith(prefix)
    )


@lru_cache(maxsize=1)
def persian_plurals() -> frozenset[str]:
    """Return the folded nouns of which a plural with ``ها`` is among the commoner words.

    >>> "کشور" in persian_plurals(), "امروز" in persian_plurals()
    (True, False)
    """
    known = frequencies("fa")
    endings = ("های", "هایی", "ها")
    listed = {
        word.removesuffix(ending).removesuffix("\u200c")
        for word in _listed()
        for ending in endings
        if word.endswith(ending) and len(word) > len(ending) + 1
    }
    return frozenset(noun for noun in ("".join(map(fold_letter, word)) for word in listed) if noun in known)


def _listed() -> tuple[str, ...]:
    from wordfreq import get_frequency_dict  # noqa: PLC0415 -- as above

    return tuple(get_frequency_dict("fa", wordlist="small"))
