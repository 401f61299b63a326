"""Reading table: what was found in articles, for a person at a terminal: each finding with the sentence that it rests on."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from layers.articles.events.incident import ReadIncident
    from layers.articles.mention import Mention
    from layers.articles.reading import Reading
    from layers.articles.wording.text import Span

__all__ = ["print_readings"]

_SENTENCE_CHARACTERS = 220
_PIPE_COLUMNS = 160
"""How wide a table is where no terminal says."""


def print_readings(readings: Iterable[Reading]) -> None:
    """Print a table for each article on standard output."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_PIPE_COLUMNS)
    for reading in readings:
        _print_one(console, reading)


def _print_one(console: Console, reading: Reading) -> None:
    console.print(
        f"[bold]{escape(reading.id)}[/bold]  language {reading.language}, group {escape(reading.independence_group)}"
    )
    for kind, title in (("place", "Places"), ("organization", "Organizations")):
        named = [mention for mention in reading.mentions if mention.kind == kind]
        if named:
            console.print(f"{title}: {escape(_counted(named))}", soft_wrap=True)
    rows = [*_incidents(reading), *_claims(reading), *_numerals(reading), *_conflicts(reading)]
    if rows:
        table = Table("what", "finding", "sentence", show_lines=False, pad_edge=False)
        for row in rows:
            table.add_row(*map(escape, row))
        console.print(table)
    else:
        console.print("No incident, claim or doubtful number found.")
    console.print()


def _counted(mentions: Sequence[Mention]) -> str:
    """Name what is mentioned, the most frequent first; what the reader does not resolve has a question mark."""
    counts = Counter(f"{each.name}{'' if each.entity else '?'}" for each in mentions)
    return ", ".join(f"{name} ({count})" if count > 1 else name for name, count in counts.most_common())


def _incidents(reading: Reading) -> Iterator[tuple[str, str, str]]:
    for incident in reading.incidents:
        yield "incident", _said_of(incident), _sentence(reading, incident.evidence)


def _said_of(incident: ReadIncident) -> str:
    parts = [
        incident.category.replace("_", " "),
        incident.place.name if incident.place else "no place",
        _interval(incident.date_start, incident.date_end),
        ", ".join(incident.organizations),
        "; ".join(f"{quantity.as_printed} {quantity.substance or ''}".strip() for quantity in incident.quantities),
        "" if incident.modality == "asserted" else incident.modality,
        "" if incident.role == "event" else incident.role,
    ]
    return "\n".join(part for part in parts if part)


def _interval(start: str | None, end: str | None) -> str:
    if start is None:
        return "no date"
    return start if end in {None, start} else f"{start} – {end}"


def _claims(reading: Reading) -> Iterator[tuple[str, str, str]]:
    for claim in reading.claims:
        way = " → ".join(", ".join(part) for part in (claim.origin, claim.transit, claim.destination) if part)
        value = claim.value.as_printed if claim.value else ""
        doubt = "" if claim.value is None or claim.value.is_trusted else "(number not to be trusted)"
        parts = [claim.type.replace("_", " "), way, claim.commodity or "", value, doubt]
        yield "claim", "\n".join(part for part in parts if part), _sentence(reading, claim.evidence)


def _numerals(reading: Reading) -> Iterator[tuple[str, str, str]]:
    for numeral in reading.numerals:
        if numeral.integrity in {"intact", "footnote_mark"}:
            continue
        may_be = ", ".join(map(str, numeral.candidates))
        said = f"{numeral.as_printed}: {numeral.integrity.replace('_', ' ')}" + (f"\nmay be {may_be}" if may_be else "")
        yield "number", said, numeral.reason


def _conflicts(reading: Reading) -> Iterator[tuple[str, str, str]]:
    for conflict in reading.conflicts:
        sides = " / ".join(side.as_printed for side in conflict.sides)
        yield "conflict", f"{conflict.state.replace('_', ' ')}: {conflict.topic}\n{sides}", conflict.reason


def _sentence(reading: Reading, evidence: Sequence[Span]) -> str:
    source = reading.document.text.source
    text = " ".join(source[evidence[0].start : evidence[0].end].split()) if evidence else ""
    return text if len(text) <= _SENTENCE_CHARACTERS else text[:_SENTENCE_CHARACTERS] + "…"
