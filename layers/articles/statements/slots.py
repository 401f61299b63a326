"""Slots: which of the places that a passage names is an origin, which lies on the way, which is a destination.

The passage is read once from left to right. A cue ("from", "از طریق", "через") gives its role to the places behind it,
through a list and through fillers ("the borders of Central Asian countries"); Kazakh and Uzbek endings and words behind
a place ("арқылы") give theirs to the places before. A word that is neither ends a cue's reach.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from layers.articles.documents.passages import Passage
    from layers.articles.mention import Mention
    from layers.articles.statements.flow_lexicon import FlowLexicon, Label
    from layers.articles.wording.document import Token
    from layers.articles.wording.phrases import Hit

__all__ = ["Placed", "place_in_passage", "place_left_over"]

_REACH = 2
_BESIDE = 7
"""A cue that counts only beside a movement stands at most so many words from it."""
_BY_MOVEMENT = {"sell": "destination", "import": "origin"}
"""What a place to be is beside these movements: "sold in X", "bought in X"."""
"""So many words that mean nothing to the lexicon may stand between a cue and its place."""
_ORDER = {"cue": 5, "neutral": 4, "glue": 3, "filler": 2, "stop": 1}
"""Of two phrases of one length, the one with the greater number is read."""
_LISTING = frozenset({",", "،", "/"})
_QUOTES = frozenset("\"'«»“”„")
_ARTICLES = frozenset({"the", "a"})
_MIN_STEM = 3
_POSSESSED, _POSSESSIVE = frozenset({"на", "не"}), frozenset("ыі")
"""These endings follow the vowel of a possessive only: «облысына»."""
_VOICELESS, _VOWELS = frozenset("кқткqkt"), frozenset("аәеиоөуүұыіэюяaeiou'")
_LAND = ("стан", "stan")
"""The end of a name, not an ending: what is said of a land in its dictionary form has no case."""
_ADJECTIVES = frozenset({"adjectival", "demonym"})


@dataclass(frozen=True, slots=True)
class Placed:
    """A place of a passage with its role.

    ``mention`` is ``None`` for words that stand for a place: then ``label`` says for which kind or name. ``first`` and
    ``last`` are tokens; ``group`` is the same for the members of one list; ``far`` counts the words between cue and
    place; ``adjective`` marks a place named by its adjective alone ("Afghan heroin").
    """

    mention: Mention | None
    label: Label | None
    first: int
    last: int
    role: str | None
    group: int
    far: int = 0
    adjective: bool = False
    cue: int | None = None


@dataclass(slots=True)
class _State:
    role: str | None = None
    cue: int | None = None
    cue_word: str = ""
    far: int = 0
    listing: bool = False
    group: int = 0

    def reset(self) -> None:
        self.role, self.cue, self.cue_word, self.far = None, None, "", 0
        if self.listing:
            self.listing = False
            self.group += 1


def place_in_passage(
    tokens: Sequence[Token],
    passage: Passage,
    mentions: Mapping[int, Mention],
    hits: Mapping[int, list[Hit[Label]]],
    lexicon: FlowLexicon,
    movements: Mapping[str, Sequence[int]],
) -> list[Placed]:
    """Return the places of a passage in order, each with its role (``None``: named without one).

    ``mentions`` maps a mention's first token to it, ``hits`` a token to the phrases that begin there, longest first;
    ``movements`` maps the ids of the movements of the passage to their tokens, for cues that count only beside them.
    """
    endings = lexicon.endings.get(passage.language, ())
    placed: list[Placed] = []
    state = _State()
    at = passage.first
    while at < passage.last:
        mention = mentions.get(at)
        stand_in = None if mention else _stand_in(hits.get(at, ()))
        if mention is None and stand_in is None:
            at = _step(tokens, at, hits, state, movements)
            continue
        last = stand_in.last if stand_in else _last_token(tokens, at, passage.last, mention)
        after = _past_fillers(tokens, hits, last, passage.last)
        role = _role(tokens, hits, state, at, last, after, lexicon, passage.language)
        if role == "location":
            role = next((_BY_MOVEMENT[each] for each in sorted(movements & _BY_MOVEMENT.keys())), None)
        if stand_in and stand_in.label.place_kind == "border" and role == "origin":
            role = "transit"  # who comes from a border comes across it
        adjective = mention is not None and mention.role in _ADJECTIVES and after == last
        label = stand_in.label if stand_in else None
        placed.append(Placed(mention, label, at, last, role, state.group, state.far, adjective, state.cue))
        state.listing, state.far = True, 0
        at = last
        _take_from_behind(placed, _role_after(hits, after, passage.last))
    if endings:
        _hand_back(placed)
    return placed


def place_left_over(
    tokens: Sequence[Token], passage: Passage, hits: Mapping[int, list[Hit[Label]]], placed: Sequence[Placed], text: str
) -> list[Placed]:
    """Give the role of a cue that ends a line to a list of places without a role, on that line or the next.

    For right-to-left text out of a PDF, whose lines come with their parts exchanged: the places that belong to a cue at
    the end of a line may stand at the line's beginning. ``text`` is the reading.
    """
    found = list(placed)
    firsts = {each.first for each in placed}
    for at in range(passage.first, passage.last):
        cue = _longest_cue(hits.get(at, ()))
        if cue is None or (at > passage.first and _longest_cue(hits.get(at - 1, ()), reaching=cue.last)):
            continue
        end = cue.last
        while cue.label.value == "transit" and end < passage.last and _is(hits.get(end, ()), "filler"):
            end += 1
        behind = tokens[end].start if end < passage.last else passage.end
        if (
            end in firsts
            or cue.last in firsts
            or (end < passage.last and "\n" not in text[tokens[end - 1].end : behind])
        ):
            continue
        if cue.label.value == "destination" and not any(hit.label.kind == "movement" for hit in hits.get(end, ())):
            continue  # a verb must follow where the place is gone
        low = text.rfind("\n", 0, tokens[cue.first].start) + 1
        high = text.find("\n", behind)
        high = high if high >= 0 else len(text)
        free = [
            each
            for each in found
            if each.role is None
            and each.mention is not None
            and not each.adjective
            and low <= tokens[each.first].start < high
        ]
        if free:
            group = free[0].group
            found = [
                replace(each, role=cue.label.value, far=1) if each in free and each.group == group else each
                for each in found
            ]
    return found


def _longest_cue(hits: Sequence[Hit[Label]], reaching: int = 0) -> Hit[Label] | None:
    """Return the longest cue of a way or a destination that begins at a token, and ends at ``reaching`` or behind."""
    found = [
        hit
        for hit in hits
        if hit.label.kind == "cue"
        and hit.label.side == "before"
        and not hit.label.under
        and hit.label.value in {"transit", "destination"}
        and hit.last >= reaching
    ]
    cue = max(found, key=lambda hit: hit.last, default=None)
    neutral = max((hit.last for hit in hits if hit.label.value == "neutral"), default=0)
    return None if cue is None or neutral > cue.last else cue


def _role(
    tokens: Sequence[Token],
    hits: Mapping[int, list[Hit[Label]]],
    state: _State,
    at: int,
    last: int,
    after: int,
    lexicon: FlowLexicon,
    language: str,
) -> str | None:
    """Return the role of the place at the tokens ``[at:last]``, whose nouns end at ``after``."""
    if state.role is None:
        return _role_by_ending(tokens[max(last, after) - 1].folded, lexicon.endings.get(language, ()))
    cues, places_to_be = lexicon.locative.get(language, (frozenset(), ()))
    if state.cue is not None and state.cue_word in cues:
        behind = state.cue + 1
        shows = tokens[behind] if behind < at and _is(hits.get(behind, ()), "filler") else tokens[last - 1]
        return "location" if shows.folded.endswith(places_to_be) else "destination"
    return state.role


def _take_from_behind(placed: list[Placed], role: str | None) -> None:
    """Give the role of a word behind a list ("арқылы") to its members back to the first that has one."""
    if role is None:
        return
    group = placed[-1].group
    for index in range(len(placed) - 1, -1, -1):
        if placed[index].group != group or (placed[index].role and index < len(placed) - 1):
            return
        placed[index] = replace(placed[index], role=role, far=0)


def _step(
    tokens: Sequence[Token],
    at: int,
    hits: Mapping[int, list[Hit[Label]]],
    state: _State,
    movements: Mapping[str, Sequence[int]],
) -> int:
    """Read one word or phrase that is no place and return the token behind it."""
    found = [
        (hit.last - hit.first, bool(hit.label.under), _ORDER[kind], hit)
        for hit in hits.get(at, ())
        if (kind := _syntax(hit, movements))
        and not any(_stand_in(hits.get(inner, ())) for inner in range(at + 1, hit.last))  # "به بازارهای جهانی"
    ]
    if not found:
        _step_over(tokens[at].folded, state)
        return at + 1
    hit = max(found, key=lambda each: each[:3])[3]
    kind = _syntax(hit, movements)
    if kind == "cue":
        state.reset()
        state.role, state.cue, state.cue_word = hit.label.value, hit.last - 1, tokens[hit.first].folded
    elif kind in {"neutral", "stop"} or (state.far and state.role == "destination" and tokens[at].folded == "of"):
        state.reset()  # "to the strict laws of X" leads to no place
    return hit.last


def _step_over(word: str, state: _State) -> None:
    """Read a word that means nothing to the lexicon."""
    if word in _QUOTES or word in _LISTING:
        return
    state.far += 1
    if not word.isalpha() or state.listing or state.role is None or state.far > _REACH:
        state.reset()


def _syntax(hit: Hit[Label], movements: Mapping[str, Sequence[int]]) -> str:
    label = hit.label
    if label.kind == "cue" and label.side == "before":
        near = not label.under or any(abs(at - hit.first) <= _BESIDE for at in movements.get(label.under, ()))
        return "cue" if near else ""
    return label.value if label.kind == "word" else ""


def _is(hits: Sequence[Hit[Label]], use: str) -> bool:
    return any(hit.label.kind == "word" and hit.label.value == use for hit in hits)


def _stand_in(hits: Sequence[Hit[Label]]) -> Hit[Label] | None:
    found = [hit for hit in hits if hit.label.kind == "relative" and hit.label.place_kind != "organization"]
    return max(found, key=lambda hit: hit.last, default=None)


def _last_token(tokens: Sequence[Token], first: int, limit: int, mention: Mention | None) -> int:
    end = mention.reading.end if mention else 0
    last = first + 1
    while last < limit and tokens[last].start < end:
        last += 1
    return last


def _past_fillers(tokens: Sequence[Token], hits: Mapping[int, list[Hit[Label]]], at: int, limit: int) -> int:
    """Return the token behind the nouns that follow a place ("Central Asian countries", "Қарағанды облысына")."""
    while at < limit and _is(hits.get(at, ()), "filler") and tokens[at].folded not in _ARTICLES | {"of"}:
        at += 1
    return at


def _role_after(hits: Mapping[int, list[Hit[Label]]], at: int, limit: int) -> str | None:
    if at >= limit:
        return None
    cues = [hit for hit in hits.get(at, ()) if hit.label.kind == "cue" and not hit.label.under]
    longest = max(cues, key=lambda hit: (hit.last, hit.label.side == "after"), default=None)
    return longest.label.value if longest is not None and longest.label.side == "after" else None  # "X, bound for Y"


def _role_by_ending(word: str, endings: Sequence[tuple[str, str]]) -> str | None:
    for ending, role in endings:
        if word.endswith(ending) and len(word) - len(ending) >= _MIN_STEM and _may_bear(word, ending):
            return role
    return None


def _may_bear(word: str, ending: str) -> bool:
    """Whether an ending may follow the letter before it: «Астана» and «Тәжікстан» bear none, nor does "Amerika"."""
    before = word[-len(ending) - 1]
    if ending in _POSSESSED:
        return before in _POSSESSIVE
    return not (ending[0] in _VOICELESS and before in _VOWELS) and not word.endswith(_LAND)


def _hand_back(placed: list[Placed]) -> None:
    """Give the role of a list's last member, which alone bears the ending, to the members before."""
    for index in range(len(placed) - 2, -1, -1):
        here, following = placed[index], placed[index + 1]
        is_list = here.group == following.group and here.last < following.first
        if here.role is None and following.role is not None and is_list:
            placed[index] = replace(here, role=following.role)
