"""A text spelled out as one letter for each word that may say when: what the grammar of dates reads.

Numbers come from the numerals already found, so that a year cut by a line end or glued to a footnote mark is read as the
numeral stage read it, and a suspect one stays suspect.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from layers.articles.dating.date_lexicon import DateWord, DateWords, Number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.articles.dating.date_lexicon import DateLexicon
    from layers.articles.numbers.numerals import Numeral
    from layers.articles.wording.document import Document, Sentence, Token
    from layers.articles.wording.phrases import Hit

__all__ = ["Atom", "Number", "spell"]

_NUMERIC = re.compile(
    r"(?<![\d.,/:])(?:(?P<y>\d{4})(?P<s>[./-])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})"
    r"|(?P<d2>\d{1,2})(?P<s2>[./-])(?P<m2>\d{1,2})(?P=s2)(?P<y2>\d{4})"
    r"|(?P<m3>0[1-9]|1[0-2])/(?P<y3>(?:19|20)\d\d)"
    r"|(?P<y4>(?:19|20)\d\d)[/–-](?P<y5>\d\d))(?![\d/:]|[.,]\d|-\d(?!\d?[./-]\d))"
)
_DIGIT = re.compile(r"\d")
_ANCHORS, _UNITS, _RELATIVE = frozenset("MJWRSBHFGKcdu"), frozenset("Uy"), frozenset("LXTAVZ")
_PARTS = re.compile(r"(?P<number>\d+)|(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*)|(?P<dash>[-‐‑])")
_ORDINAL_ENDINGS = frozenset(
    [
        "st",
        "nd",
        "rd",
        "th",
        "го",
        "е",
        "й",
        "я",
        "ое",
        "ого",
        "ому",
        "ом",
        "х",
        "и",
        "ші",
        "шы",
        "інші",
        "ыншы",
        "м",
        "ум",
        "юм",
        "йи",
        "ум-и",
    ]
)  # "14th", «26-го», «1990-х», "19-ші", «3-юм»
_DECADE_ENDINGS = frozenset(["s", "х"])
_FIRST_YEAR, _LAST_YEAR = 1000, 2199
_LAST_DAY, _LAST_MONTH = 31, 12
_MOST_DIGITS = 4


class Atom(NamedTuple):
    """A word of the text with its letter; ``start`` and ``end`` are indexes of the reading."""

    letter: str
    start: int
    end: int
    number: Number | None = None
    word: DateWord | None = None
    dates: tuple[date, date, str] | None = None


def spell(document: Document, numerals: Sequence[Numeral], lexicon: DateLexicon) -> list[Atom]:
    """Return the atoms of a document in order; a run of words that say nothing about time is one ``x``."""
    found = {numeral.reading.start: numeral for numeral in numerals}
    numeric = {match.start(): match for match in _NUMERIC.finditer(document.text.reading)}
    atoms: list[Atom] = []
    for sentence in document.sentences:
        words = lexicon.languages.get(sentence.language) or lexicon.languages["en"]
        _spell_sentence(document, sentence, words, found, numeric, atoms)
        atoms.append(Atom("|", sentence.end, sentence.end))
    return atoms


def _spell_sentence(
    document: Document,
    sentence: Sentence,
    words: DateWords,
    numerals: dict[int, Numeral],
    numeric: dict[int, re.Match[str]],
    atoms: list[Atom],
) -> None:
    tokens = document.tokens
    letter_of = words.letter_of
    hits = words.index.find(tokens, sentence.first_token, sentence.last_token)
    if not _may_date(document, sentence, hits):
        return
    phrases = _longest(hits)
    at, past = sentence.first_token, 0
    while at < sentence.last_token:
        token = tokens[at]
        if token.start < past:
            at += 1
            continue
        match = numeric.get(token.start)
        if match is not None and (dated := _numeric_atom(match)) is not None:
            atoms.append(dated)
            past = match.end()
            past = _spell_until(numeric, past, atoms)
        elif token.start in numerals:
            past = _spell_numeral(document, token, numerals, words, atoms)
        elif at in phrases:
            last, word = phrases[at]
            atoms.append(Atom(word.letter, token.start, tokens[last - 1].end, None, word))
            at = last
            continue
        elif token.text[0].isdigit():
            _spell_rest(token.text, token.start, words, {}, atoms)
            past = token.end
        else:
            letter, number = letter_of(token.text)
            if letter != "x" or not atoms or atoms[-1].letter != "x":
                atoms.append(Atom(letter, token.start, token.end, number))
        at += 1


def _longest(hits: list[Hit[DateWord]]) -> dict[int, tuple[int, DateWord]]:
    """Return, by its first token, the longest phrase that begins there: where it ends and what it is."""
    phrases: dict[int, tuple[int, DateWord]] = {}
    for hit in hits:
        known = phrases.get(hit.first)
        if known is None or hit.last > known[0]:
            phrases[hit.first] = (hit.last, hit.label)
        elif hit.last == known[0]:
            phrases[hit.first] = (hit.last, DateWords.best([known[1], hit.label]))
    return phrases


def _spell_until(numeric: dict[int, re.Match[str]], past: int, atoms: list[Atom]) -> int:
    """Spell the second half of "01/06/2025-31/10/2025"; return where it ends, ``past`` where there is none."""
    following = numeric.get(past + 1)
    until = _numeric_atom(following) if following is not None else None
    if following is None or until is None:
        return past
    atoms += [Atom("-", past, past + 1), until]
    return following.end()


def _may_date(document: Document, sentence: Sentence, hits: list[Hit[DateWord]]) -> bool:
    """Whether a sentence can say when: it has digits, a word like "May" or "yesterday", or "last" with "week"."""
    letters = {hit.label.letter for hit in hits}
    if letters & _ANCHORS or (letters & _UNITS and letters & _RELATIVE):
        return True
    return _DIGIT.search(document.text.reading, sentence.start, sentence.end) is not None


def _numeric_atom(match: re.Match[str]) -> Atom | None:
    """A date in digits; day before month, as the region writes it. ``None`` where it is no date of any calendar."""
    if match["m3"]:
        year, month = int(match["y3"]), int(match["m3"])
        return Atom("#", match.start(), match.end(), None, None, (date(year, month, 1), date(year, month, 1), "month"))
    if match["y4"]:
        return _two_years(match)
    year, month, day = (int(match[name] or match[f"{name}2"]) for name in ("y", "m", "d"))
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        at = date(year, month, day)
    except ValueError:
        return None
    return Atom("#", match.start(), match.end(), None, None, (at, at, "day"))


def _two_years(match: re.Match[str]) -> Atom | None:
    """A fiscal year, season or term that two years share: "2022/23"; "2011-12" may be a month and is none."""
    first, second = int(match["y4"]), int(match["y5"])
    is_month = second <= _LAST_MONTH and "/" not in match[0]
    if (first + 1) % 100 != second or is_month:
        return None
    return Atom("#", match.start(), match.end(), None, None, (date(first, 1, 1), date(first + 1, 12, 31), "year"))


def _spell_numeral(
    document: Document, token: Token, numerals: dict[int, Numeral], words: DateWords, atoms: list[Atom]
) -> int:
    """Spell a numeral and what its word goes on with ("14th", "2-avgust"); return where that ends in the reading."""
    numeral = numerals[token.start]
    end = numeral.reading.end
    value = numeral.value
    whole = int(value) if value is not None and float(value).is_integer() else None
    candidates = tuple(sorted({int(each) for each in numeral.candidates if float(each).is_integer()}))
    is_suspect = numeral.integrity in {"suspect", "font_substituted"}
    number = Number(whole, candidates or ((whole,) if whole is not None else ()), is_suspect)
    digits = numeral.as_printed
    letter = _number_letter(number, digits)
    atoms.append(Atom(letter, token.start, end, number))
    if end < token.end:
        _spell_rest(document.text.reading[end : token.end], end, words, numerals, atoms)
    return max(end, token.end)


def _spell_rest(text: str, offset: int, words: DateWords, numerals: dict[int, Numeral], atoms: list[Atom]) -> None:
    """Spell the parts of a word that begins with digits: numbers, dashes between numbers, an ending, a month."""
    for part in _PARTS.finditer(text):
        start, end = offset + part.start(), offset + part.end()
        if part["number"]:
            numeral = numerals.get(start)
            value = int(part["number"]) if len(part["number"]) <= _MOST_DIGITS else None
            number = Number(value)
            if numeral is not None and numeral.integrity in {"suspect", "font_substituted"}:
                number = Number(None, tuple(sorted({int(each) for each in numeral.candidates})), True)
            if atoms and atoms[-1].letter == "-" and atoms[-1].end == start:
                atoms[-1] = atoms[-1]._replace(letter="-")
            atoms.append(Atom(_number_letter(number, part["number"]), start, end, number))
        elif part["dash"]:
            if text[part.end() : part.end() + 1].isdigit():
                atoms.append(Atom("-", start, end))
        else:
            _spell_ending(part["word"].lower(), start, end, words, atoms)


def _spell_ending(word: str, start: int, end: int, words: DateWords, atoms: list[Atom]) -> None:
    before = atoms[-1] if atoms else None
    if before is not None and before.number is not None and before.end >= start - 1:
        if word in _DECADE_ENDINGS and before.letter in "YN" and (before.number.value or 1) % 10 == 0:
            atoms[-1] = before._replace(letter="E", end=end)
            return
        if word in _ORDINAL_ENDINGS:
            atoms[-1] = before._replace(letter="Q" if before.letter == "D" else before.letter, end=end)
            return
    labels = list(words.index.labels(word))
    if labels:
        best = DateWords.best(labels)
        atoms.append(Atom(best.letter, start, end, None, best))
    else:
        atoms.append(Atom("x", start, end))


def _number_letter(number: Number, digits: str) -> str:
    readings = number.readings()
    if readings and all(_FIRST_YEAR <= each <= _LAST_YEAR for each in readings):
        return "Y" if number.is_suspect or not set(digits) & set(",. ") else "N"
    if readings and all(1 <= each <= _LAST_DAY for each in readings):
        return "D"
    return "N"
