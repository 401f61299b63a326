"""FlowLexicon: the words by which texts claim flows, shares and memberships, from ``data/lexicons/flows.toml``."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.datasets import data_root, read_bytes
from geo.errors import InvalidRecords
from layers.articles.wording.language import LANGUAGES
from layers.articles.wording.phrases import PhraseIndex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["FLOWS_FILE", "FlowLexicon", "Label"]

FLOWS_FILE = "lexicons/flows.toml"

_ROLES = frozenset({"origin", "transit", "destination", "border", "location"})
_TABLES: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    # table: (keys that a row must have, keys that it may have)
    "commodity": (frozenset({"id", "type"}), frozenset({"generic"})),
    "movement": (
        frozenset({"id", "strength"}),
        frozenset({"subject", "before_destination", "before_origin"}),
    ),
    "agent": (frozenset({"id"}), frozenset()),
    "cue": (frozenset({"role", "side"}), frozenset()),
    "ending": (frozenset({"role"}), frozenset({"after_cues"})),
    "word": (frozenset({"use"}), frozenset()),
    "relative": (frozenset(), frozenset({"kind", "name"})),
    "share": (frozenset({"id"}), frozenset({"percent"})),
    "basis": (frozenset({"id"}), frozenset()),
    "counted": (frozenset({"id"}), frozenset()),
    "giving": (frozenset({"id"}), frozenset()),
    "bound": (frozenset({"id"}), frozenset()),
    "relation": (frozenset({"id"}), frozenset()),
    "modality": (frozenset({"id"}), frozenset()),
    "heading": (frozenset({"id"}), frozenset()),
    "border": (frozenset({"id"}), frozenset()),
    "gateway": (frozenset({"id"}), frozenset()),
    "within": (frozenset({"id"}), frozenset()),
    "charge": (frozenset({"id"}), frozenset()),
}
_VALUES: Mapping[tuple[str, str], frozenset[Any]] = {
    ("commodity", "type"): frozenset(
        {"drug_flow", "energy_flow", "trade_flow", "fighter_flow", "arms_flow", "migration_flow"}
    ),
    ("movement", "strength"): frozenset({"strong", "weak"}),
    ("movement", "subject"): frozenset({"origin", "destination"}),
    ("cue", "role"): _ROLES,
    ("cue", "side"): frozenset({"before", "after"}),
    ("ending", "role"): _ROLES,
    ("word", "use"): frozenset({"glue", "filler", "stop", "neutral"}),
    ("bound", "id"): frozenset({"low", "high", "about"}),
    ("relation", "id"): frozenset({"member", "founder"}),
    ("modality", "id"): frozenset({"denied", "planned", "alleged", "negative"}),
}
_TRIGGERS = frozenset({"movement", "share", "relation", "heading", "counted", "gateway"})


@dataclass(frozen=True, slots=True)
class Label:
    """What a phrase says. ``kind`` is its table, ``value`` the row's id, role or use; the rest is the row's own."""

    kind: str
    value: str
    type: str = ""
    generic: bool = False
    strong: bool = False
    subject: str = ""
    side: str = ""
    percent: float | None = None
    place_kind: str = ""
    under: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class FlowLexicon:
    """The lexicon, compiled by language.

    ``triggers`` finds the words without which a passage holds no claim, ``words`` everything. ``endings`` maps a
    language to case endings by role; ``locative`` maps a language to the cues of two meanings and the endings that make
    them a place to be. ``territorial`` holds the English names of organizations that count as places, ``pointing`` the
    words that stand for a land or a region named before ("this region").
    """

    triggers: Mapping[str, PhraseIndex[Label]]
    words: Mapping[str, PhraseIndex[Label]]
    endings: Mapping[str, tuple[tuple[str, str], ...]]
    locative: Mapping[str, tuple[frozenset[str], tuple[str, ...]]]
    territorial: frozenset[str]
    pointing: Mapping[str, re.Pattern[str]]

    @classmethod
    def read(cls, root: Path | None = None) -> FlowLexicon:
        """Read the lexicon; ``root`` is the data folder, ``None`` means :func:`geo.datasets.data_root`.

        Raises
        ------
        InvalidRecords
            Rows are unsound; all faults at once, with row and remedy.
        DataError
            The file is missing, unrecorded or changed.

        Examples
        --------
        >>> "European Union" in FlowLexicon.read().territorial
        True
        """
        root = root or data_root()
        return cls.of(read_bytes(FLOWS_FILE, root).decode("utf-8", "replace"))

    @classmethod
    def of(cls, toml: str) -> FlowLexicon:
        """Compile a lexicon from the text of a TOML file; see :meth:`read` for what is raised."""
        try:
            tables = tomllib.loads(toml)
        except tomllib.TOMLDecodeError as error:
            raise InvalidRecords([f"{FLOWS_FILE}: no valid TOML: {error}; mend the line that it names"]) from error
        faults = list(_faults(tables))
        if faults:
            raise InvalidRecords(faults)
        labelled = {language: list(_labelled(tables, language)) for language in LANGUAGES}
        locative: dict[str, tuple[frozenset[str], tuple[str, ...]]] = {}
        endings: dict[str, list[tuple[str, str]]] = {}
        for row in tables.get("ending", ()):
            for language in LANGUAGES:
                if "after_cues" in row:
                    if language in row:
                        locative[language] = (frozenset(row["after_cues"]), tuple(row[language]))
                else:
                    endings.setdefault(language, []).extend((ending, row["role"]) for ending in row.get(language, ()))
        return cls(
            {
                language: PhraseIndex([pair for pair in pairs if pair[1].kind in _TRIGGERS or pair[1].generic])
                for language, pairs in labelled.items()
            },
            {language: PhraseIndex(pairs) for language, pairs in labelled.items()},
            {
                language: tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair)))
                for language, pairs in endings.items()
            },
            locative,
            frozenset(tables.get("territorial", {}).get("names", ())),
            {language: _pointing(pairs) for language, pairs in labelled.items()},
        )


def _pointing(pairs: Sequence[tuple[str, Label]]) -> re.Pattern[str]:
    """Compile the words that stand for a land or a region, as a quick look before passages are read."""
    phrases = [phrase.rstrip("*") for phrase, label in pairs if label.place_kind in {"country", "region"}]
    return re.compile("|".join(map(re.escape, phrases)) or r"(?!)")


def _labelled(tables: Mapping[str, Any], language: str) -> Iterator[tuple[str, Label]]:
    """Give every phrase of a language with its label."""
    for table in _TABLES:
        if table == "ending":
            continue
        for row in tables.get(table, ()):
            label = Label(
                table,
                row.get("id") or row.get("role") or row.get("use") or row.get("name") or "",
                type=row.get("type", ""),
                generic=row.get("generic", False),
                strong=row.get("strength") == "strong",
                subject=row.get("subject", ""),
                side=row.get("side", ""),
                percent=row.get("percent"),
                place_kind=row.get("kind", ""),
            )
            for phrase in row.get(language, ()):
                yield phrase, label
            for key, role in (("before_destination", "destination"), ("before_origin", "origin")):
                for phrase in row.get(key, {}).get(language, ()):
                    yield phrase, Label("cue", role, side="before", under=row["id"])


def _faults(tables: Mapping[str, Any]) -> Iterator[str]:
    """Give every fault of a lexicon, with its row and what to do."""
    for table, rows in tables.items():
        if table == "territorial":
            if not isinstance(rows, dict) or not isinstance(rows.get("names"), list):
                yield f"{FLOWS_FILE}: [territorial] needs a list `names`"
            continue
        if table not in _TABLES:
            yield f"{FLOWS_FILE}: [[{table}]] is unknown; use one of {', '.join(sorted(_TABLES))}"
            continue
        if not isinstance(rows, list):
            yield f"{FLOWS_FILE}: write [[{table}]] with two brackets, one for each row"
            continue
        for number, row in enumerate(rows, 1):
            yield from _row_faults(table, number, row)


def _row_faults(table: str, number: int, row: Mapping[str, Any]) -> Iterator[str]:
    where = f"{FLOWS_FILE}: [[{table}]] {number} ({row.get('id') or row.get('role') or row.get('use') or '?'})"
    needed, allowed = _TABLES[table]
    for key in sorted(needed - row.keys()):
        yield f"{where}: `{key}` is missing"
    for key in sorted(row.keys() - needed - allowed - set(LANGUAGES)):
        yield f"{where}: `{key}` is unknown; languages are {', '.join(LANGUAGES)}"
    for (owner, key), values in _VALUES.items():
        if owner == table and key in row and row[key] not in values:
            yield f"{where}: `{key}` is {row[key]!r}; use one of {', '.join(sorted(map(str, values)))}"
    for language in LANGUAGES:
        phrases = row.get(language, [])
        if not isinstance(phrases, list) or not all(isinstance(phrase, str) and phrase.strip() for phrase in phrases):
            yield f"{where}: `{language}` must be a list of phrases, none of them empty"
            continue
        for phrase in phrases:
            words = phrase.split()
            if words[0] == ".." or words[-1] == "..":
                yield f"{where}: {phrase!r} begins or ends with a gap; put a word there"
