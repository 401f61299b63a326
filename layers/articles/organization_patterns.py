"""Organizations that stand in no list, recognised by a noun that says what they are ("Kabul Bank", "Ошский университет").

What a name looks like depends on the language. In English it is a run of capitalised words around the noun; in Russian
the noun with adjectives before it and genitives or a quoted name after it; in Kazakh and Uzbek the noun ends the name,
which begins with a capital; in Tajik and Persian the noun begins it. A noun alone ("the committee") is no name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.articles.namematch import Words
    from layers.articles.organization_lexicon import Heads, OrganizationClass, OrganizationLexicon

__all__ = ["Pattern", "find_patterns"]

_MAX_WORDS = 6
_MAX_QUOTED = 6
_PAIRS = {"«": "»", "“": "”", "„": "“”", '"': '"'}
_CLOSE = frozenset('»”“"')
_MAX_TO_NAME = 3
_MAX_LEFT = 4
_FEW = 2
_SHORT = 3
_SURE, _LIKELY, _POOR = 0.7, 0.6, 0.5

_ADJECTIVE = re.compile(r"(?:ый|ий|ой|ая|яя|ое|ее|ого|его|ому|ему|ым|им|ом|ем|ую|юю|ей|ые|ие|ых|их|ыми|ими)$")
_GENITIVE = re.compile(r"(?:ов|ев|ей|ий|ого|его|ой|ых|их|ы|и|а|я|ств|нств|тва|нок|ан)$")
_VERB = re.compile(r"(?:[аеиуыяё]л[аио]?|[шг]л[аио]|ет|ит|ют|ят|ут|ся|сь|ть|ена|ано|ено|ены|аны|ана)$")
_NOUNS = frozenset(("дел", "дела", "сил", "силы", "школ", "школы", "школа", "прав", "войск", "людей", "земли", "детей"))
"""Genitives that look like verbs or like nothing."""
_STREETS = frozenset(("street", "avenue", "road", "drive", "boulevard", "lane", "park", "county", "square", "highway"))
_WEAK = frozenset((
    "school", "office", "fund", "service", "guard", "program", "mission", "initiative", "court", "post", "times",
    "division", "network", "channel", "church", "front", "corps",
))  # fmt: skip
"""English nouns that make a name only with two capitalised words before them, or with "of"."""
_WITH_OF = frozenset((
    "university", "college", "institute", "academy", "ministry", "committee", "commission", "council", "bureau",
    "department", "parliament", "directorate", "association", "society", "organization", "federation", "union", "bank",
    "party", "movement", "front", "school", "center", "office", "foundation", "alliance", "museum", "agency",
))  # fmt: skip
_COMPANY = frozenset(("llc", "llp", "jsc", "ооо", "оао", "зао", "пао", "ао", "тоо"))
_PLURAL = re.compile(r"(?:ов|ами|ями|ах|ях|ний|ций|фирм|служб|партий|компаний|институты|центры|банки|суды)$")
_ORDINALS = frozenset(("й", "я", "го", "ой", "му", "м", "ю", "ая", "ый", "ой"))
_QUOTED_ONLY = ("журнал", "издани", "канал", "портал", "клуб", "завод", "фирм", "блок")
_PREPOSITIONS = frozenset(("of", "for", "on", "against"))
_LEVELS = frozenset(("city", "regional", "provincial", "province", "region", "oblast", "district", "municipal"))
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)")
_UNITS = re.compile(r"(?:detachment|regiment|division|brigade|battalion|police|department)$")
_LOWER_UNITS = re.compile(r"погран|отряд|дивизи|бригад|полк|батальон|баз")
_LOWER_PREPOSITIONS = frozenset(("of", "for", "on", "against"))
_LEVELS = frozenset(("city", "regional", "provincial", "province", "region", "oblast", "district", "municipal"))
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)")
_UNITS = re.compile(r"(?:detachment|regiment|division|brigade|battalion|police|department)$")
_LOWER_UNITS = re.compile(r"погран|отряд|дивизи|бригад|полк|батальон|баз")


class Pattern(NamedTuple):
    """A name found by its noun: indexes of the reading, the class that the noun speaks for, and how sure it is.

    ``is_called``: a group that the text calls by a name in quotation marks; the marks are outside.
    """

    start: int
    end: int
    class_: OrganizationClass
    confidence: float
    is_called: bool = False


_CASES = re.compile(
    r"(?:дағы|дегі|тағы|тегі|да|де|та|те|дан|ден|тан|тен|нан|нен|ып|іп|ды|ді|ты|ті|ған|ген|қан|кен|үшін|бойынша|dagi|da|dan|"
    r"даги|да|дан|gan|ган)$"
)
"""Endings and words of Turkic languages that stand before a name, not in it."""

Span3 = tuple[int, int, float]
"""First and last word (inclusive) of a name, and how sure it is."""


def find_patterns(words: Words, lexicon: OrganizationLexicon) -> list[Pattern]:
    """Return the names that their nouns give away, by start; they may overlap."""
    found: list[Pattern] = []
    heads = lexicon.all_heads
    for at, keys in enumerate(words.keys):
        for key in keys:
            if key not in heads:
                continue
            language, class_, beginning = heads[key]
            if not words.folded[at].startswith(beginning) or (language == "ru" and _is_kazakh(words, at)):
                continue
            table = lexicon.heads[language]
            is_group = class_ == "armed_group"
            span = _called(words, at) if is_group else _BY_LANGUAGE[language](words, at, table)
            if span and not _is_never(words, span, table):
                found.append(Pattern(words.starts[span[0]], words.ends[span[1]], class_, span[2], is_group))
    return found


def _is_kazakh(words: Words, at: int) -> bool:
    sentence = words.document.sentence_at(words.starts[at])
    return sentence is not None and sentence.language == "kk"


def _called(words: Words, at: int) -> Span3 | None:
    """A group with its name in quotation marks, at most four words on: "a group calling itself «Dawn»"."""
    for opening in range(at + 1, min(at + 2 + _MAX_TO_NAME, len(words))):
        if words.texts[opening] in _PAIRS:
            closing = _closing(words, opening)
            return (opening + 1, closing - 1, _LIKELY) if closing else None
        if not words.texts[opening][0].isalpha():
            return None
    return None


def _closing(words: Words, opening: int) -> int | None:
    """Return the mark that closes a quotation of a few words, ``None`` for a longer one."""
    close = _PAIRS[words.texts[opening]]
    for last in range(opening + 2, min(opening + 2 + _MAX_QUOTED, len(words))):
        if words.texts[last] in close:
            return last
        if not words.texts[last][0].isalnum() and words.texts[last] not in ".-":
            return None
    return None


def _is_never(words: Words, span: Span3, heads: Heads) -> bool:
    """Whether a name is one of those that only look like an organization's ("Soviet Union")."""
    stems = tuple(words.keys[here][0] for here in range(span[0], span[1] + 1) if words.keys[here])
    return any(stems[: len(never)] == never for never in heads.never)


def _adjoin(words: Words, left: int) -> bool:
    """Whether only blanks, at most one line end, lie between a word and the next."""
    gap = words.document.text.reading[words.ends[left] : words.starts[left + 1]]
    return gap == " " or (gap.isspace() and gap.count("\n") <= 1) or gap == "-"


def _capital(word: str) -> bool:
    return word[:1].isupper()


def _begins_sentence(words: Words, at: int) -> bool:
    sentence = words.document.sentence_at(words.starts[at])
    return sentence is None or sentence.start == words.starts[at]


def _quoted(words: Words, at: int) -> int | None:
    """Return the mark that closes a short quoted name which opens at ``at`` and, where there are capitals, has one."""
    if at >= len(words) or words.texts[at] not in _PAIRS:
        return None
    closing = _closing(words, at)
    if closing is None:
        return None
    first = words.texts[at + 1]
    return closing if _capital(first) or first[:1].isdigit() or first[:1].lower() == first[:1].upper() else None


def _english(words: Words, at: int, heads: Heads) -> Span3 | None:
    folded = words.folded
    if folded[at] in _COMPANY:
        return _company(words, at)
    if not _capital(words.texts[at]):
        return _unit(words, at, heads) if _UNITS.search(folded[at]) else None
    if at + 1 < len(words) and _adjoin(words, at) and _capital(words.texts[at + 1]):
        following = words.keys[at + 1]
        if folded[at + 1] in _STREETS or (following and following[0] in heads.heads):
            return None  # the last noun of a run of capitals names it
    first = _first_capital(words, at, heads)
    last = _after_of(words, at, heads) if folded[at] in _WITH_OF or first < at else at
    if last == at and (first == at or (at - first < _FEW and folded[at] in _WEAK)):
        return None
    return first, last, _SURE if at - first > 1 or last > at else _LIKELY


def _first_capital(words: Words, at: int, heads: Heads) -> int:
    """Return the first of the capitalised words that lead to a noun."""
    first = at
    while first and at - first < _MAX_WORDS and _adjoin(words, first - 1):
        before = first - 1
        is_name = _capital(words.texts[before]) and words.folded[before] not in heads.stop
        if not is_name and not (words.texts[before] == "&" and before and _capital(words.texts[before - 1])):
            break
        first = before
    return first


def _unit(words: Words, at: int, heads: Heads) -> Span3 | None:
    """A unit by its place or number: "Yol border detachment", "201st motor rifle division", "Osh city police"."""
    first = at
    while first and at - first < _MAX_LEFT and _adjoin(words, first - 1) and words.texts[first - 1][0].isalnum():
        first -= 1
        word = words.texts[first]
        between = words.folded[first + 1 : at]
        is_military = words.folded[at] not in {"police", "department"}
        if is_military:
            named = _ORDINAL.fullmatch(word) or (_capital(word) and "border" in between)
        else:
            named = (
                _capital(word) and bool(between) and between[0] in _LEVELS and "police" in words.folded[first : at + 1]
            )
        if named:
            return (first, at, _LIKELY) if words.folded[first] not in heads.stop else None
    return None


def _after_of(words: Words, at: int, heads: Heads) -> int:
    """Return the last word of "of the Arts and Sciences" after a noun; the noun itself where nothing follows."""
    last = here = at
    while here + 1 < len(words) and here - at < _MAX_WORDS and _adjoin(words, here):
        here += 1
        word = words.folded[here]
        if here == at + 1 and word not in _PREPOSITIONS:
            break
        if _capital(words.texts[here]) and word not in heads.stop:
            last = here
        elif word not in heads.joins:
            break
    return last


def _company(words: Words, at: int) -> Span3 | None:
    """A company with its legal form before or after its name."""
    if quoted := _quoted(words, at + 1):
        return at, quoted, _SURE
    last = at
    while last + 1 < len(words) and last - at < _MAX_LEFT and _adjoin(words, last) and _capital(words.texts[last + 1]):
        last += 1
    if last > at:
        return at, last, _SURE
    first = at
    while first and at - first < _MAX_LEFT and _capital(words.texts[first - 1]) and _adjoin(words, first - 1):
        first -= 1
    return (first, at, _SURE) if first < at else None


def _russian(words: Words, at: int, heads: Heads) -> Span3 | None:
    texts, folded = words.texts, words.folded
    if folded[at] in _COMPANY:
        return _company(words, at) if texts[at].isupper() else None
    if quoted := _quoted(words, at + 1):
        return at, quoted, _SURE
    if _is_numbered(words, at):
        return at - _SHORT, at, _LIKELY
    if folded[at].startswith(_QUOTED_ONLY) or (not _capital(texts[at]) and _PLURAL.search(folded[at])):
        return None
    first = at
    while first and at - first < _MAX_LEFT and _adjoin(words, first - 1) and _ADJECTIVE.search(folded[first - 1]):
        if folded[first - 1] in heads.stop:
            break
        first -= 1
    while first < at and not _capital(texts[first]):
        first += 1
    last = _russian_after(words, at, heads)
    named = first < at and not (_begins_sentence(words, first) and last == at)
    if not named:
        is_loose = not _capital(texts[at]) and heads.heads[words.keys[at][0]][0] == "other"  # "центр хлопководства"
        if is_loose or last == at or not any(_capital(text) for text in texts[at : last + 1]):
            return None
    return first, last, _SURE if named else _LIKELY


def _is_numbered(words: Words, at: int) -> bool:
    """Whether a unit's number stands before it: "201-я дивизия"."""
    return (
        at >= _SHORT
        and _LOWER_UNITS.search(words.folded[at]) is not None
        and words.folded[at - 1] in _ORDINALS
        and words.texts[at - 2] == "-"
        and words.texts[at - _SHORT].isdigit()
    )


def _russian_after(words: Words, at: int, heads: Heads) -> int:
    """Return the last of the genitives that follow a noun: "защиты журналистов", "по делам беженцев ООН"."""
    last = here = at
    while here + 1 < len(words) and here - at < _MAX_WORDS and _adjoin(words, here):
        here += 1
        word = words.folded[here]
        if word in heads.joins:
            continue
        if words.keys[here] and words.keys[here][0] in heads.heads and words.folded[here - 1] in heads.joins:
            break  # "УВД области и УМВД города" are two
        of_area = _capital(words.texts[here - 1]) and _ADJECTIVE.search(words.folded[here - 1]) is not None
        if (word in heads.stop and not (of_area and here - 1 > at)) or not word[0].isalpha():
            break
        is_name = _capital(words.texts[here])
        if words.texts[here].isupper() or word.isascii() or _is_genitive(word):
            if last != here - 1 and words.folded[here - 1] in {"в", "на", "с", "за"} and not is_name:
                break
            last = here
        else:
            break
    if quoted := _quoted(words, last + 1):
        return quoted
    return last


def _is_genitive(word: str) -> bool:
    return word in _NOUNS or (_GENITIVE.search(word) is not None and _VERB.search(word) is None)


def _turkic(words: Words, at: int, heads: Heads) -> Span3 | None:
    """A name that its noun ends and a capital begins: "Денсаулық сақтау министрлігі"."""
    first, capital = at, None
    while first and at - first < _MAX_WORDS:
        before = first - 1
        if words.texts[before] in _CLOSE:
            span = range(before - 1, max(before - _MAX_WORDS, -1), -1)
            opening = next((here for here in span if words.texts[here] in _PAIRS), None)
            return (opening, at, _SURE) if opening is not None else None
        if not _adjoin(words, before) or not words.texts[before][0].isalnum():
            break
        if words.folded[before] in heads.stop and words.folded[before] not in heads.joins:
            break
        if _CASES.search(words.folded[before]) and not words.folded[before].endswith("стан"):
            break
        first = before
        if _capital(words.texts[first]):
            capital = first
        elif capital is not None:
            break
    if capital is None or (
        _begins_sentence(words, capital) and at - capital < _FEW and len(words.folded[capital]) <= _SHORT
    ):
        return None
    return capital, at, _LIKELY


def _tajik(words: Words, at: int, heads: Heads) -> Span3 | None:
    if not words.folded[at].endswith(("и", "ӣ")):
        return None
    if quoted := _quoted(words, at + 1):
        return at, quoted, _SURE
    last = at
    while last + 1 < len(words) and last - at < _MAX_WORDS and _adjoin(words, last):
        word = words.folded[last + 1]
        if word in heads.stop or not word[0].isalpha():
            break
        last += 1
        if not word.endswith(("и", "ҳои")) and word not in heads.joins:
            break
    named = _capital(words.texts[at]) and not _begins_sentence(words, at)
    if last > at and (named or any(_capital(word) for word in words.texts[at : last + 1])):
        return at, last, _LIKELY
    return None


def _persian(words: Words, at: int, heads: Heads) -> Span3 | None:
    """A noun with the one or two words that follow it; Persian has no capitals, so little is sure."""
    if at and words.folded[at - 1] in _POINTING:
        return None
    if quoted := _quoted(words, at + 1):
        return at, quoted, _LIKELY
    if at + 1 < len(words) and words.folded[at + 1] in heads.places and _adjoin(words, at):
        return at, at + 1, _LIKELY
    if words.folded[at] not in _PERSIAN_SURE:
        return None
    last, most = at, _PERSIAN_SURE[words.folded[at]]
    while last + 1 < len(words) and last - at < most and _adjoin(words, last):
        word = words.folded[last + 1]
        if word in heads.stop or not word[0].isalpha() or len(word) < _SHORT:
            break
        most += word in _PERSIAN_KINDS or word == "خراسان"
        last += 1
    return (at, last, _POOR) if last > at else None


_POINTING = frozenset(("این", "آن", "ان", "هر", "هیچ", "یک", "همین"))
_PERSIAN_SURE = {
    "وزارت": 2,
    "دانشگاه": 2,
    "پوهنتون": 2,
    "هنگ": 1,
    "خبرگزاری": 1,
    "روزنامه": 1,
    "قوماندانی": 1,
    "فرماندهی": 1,
}
"""Nouns that are followed by a name, and by how many words of it."""
_PERSIAN_KINDS = frozenset(("مرزی", "امنیه", "انتظامی"))


_BY_LANGUAGE: dict[str, Callable[[Words, int, Heads], Span3 | None]] = {
    "en": _english,
    "ru": _russian,
    "kk": _turkic,
    "uz": _turkic,
    "tg": _tajik,
    "fa": _persian,
}
