"""Places of annotated corpora: found, resolved, and told in a table with the worst documents."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
from reading_scores import METRICS, NEAR_KM, UNRESOLVED_KM, Name, Score, bootstrap, error_km, overlap_pairs, read_corpus
from rich.table import Table

from layers.articles.actors.organizations import OrganizationLexicon, find_organizations
from layers.articles.geoparsing.places import PlaceFinder
from layers.articles.wording.document import Document
from layers.articles.wording.text import Span

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rich.console import Console

    from layers.articles.mention import Mention

__all__ = ["PlaceReading", "report_corpus", "report_names", "report_speed"]

NO_PLACES = {"metadata"}


class PlaceReading:
    """The stages that places need, once for all documents."""

    def __init__(self, progress: Callable[[str], None]) -> None:
        started = time.process_time()
        self.lexicon = OrganizationLexicon.read()
        self.finder = PlaceFinder.open(progress=progress)
        self.start_s = time.process_time() - started
        self.times_s: dict[str, float] = {"document": 0.0, "organizations": 0.0, "places": 0.0}
        self.articles = 0

    def places(self, text: str) -> tuple[Document, tuple[Mention, ...]]:
        clock = time.process_time()
        document = Document.of(text)
        self.times_s["document"] += time.process_time() - clock
        clock = time.process_time()
        organizations = find_organizations(document, self.lexicon)
        self.times_s["organizations"] += time.process_time() - clock
        clock = time.process_time()
        places = self.finder.find(document, organizations)
        self.times_s["places"] += time.process_time() - clock
        self.articles += 1
        return document, places


def score_document(reading: PlaceReading, article: dict[str, Any]) -> tuple[Score, list[str]]:
    document, places = reading.places(article["text"])
    places = tuple(place for place in places if place.role not in NO_PLACES)
    rows = [
        Name(row["start"], row["end"], row["name"], row["lat"], row["lon"], row.get("geonames_id"))
        for row in article["toponyms"]
    ]
    gold = [row for row in rows if row.lat is not None]
    silent = [row for row in rows if row.lat is None]
    counted = [
        place
        for place in places
        if any(place.start < row.end and row.start < place.end for row in gold)
        or not any(place.start < row.end and row.start < place.end for row in silent)
    ]
    score = Score(str(article["id"]), predicted=len(counted), gold=len(gold))
    spans = {(place.start, place.end) for place in counted}
    score.strict = sum((row.start, row.end) in spans for row in gold)
    pairs = overlap_pairs(gold, counted)
    score.overlap = len(pairs)
    for i, j in pairs:
        score.end_to_end_km.append(error_km(gold[i], counted[j].lat, counted[j].lon))
    notes = [f"missed {row.name!r}" for i, row in enumerate(gold) if i not in {a for a, _ in pairs}]
    notes += [f"invented {place.surface!r}" for j, place in enumerate(counted) if j not in {b for _, b in pairs}]
    resolve_gold(reading, document, gold, score, notes)
    return score, notes


def resolve_gold(reading: PlaceReading, document: Document, gold: list[Name], score: Score, notes: list[str]) -> None:
    spans = [reading_span(document, row.start, row.end) for row in gold]
    for row, (mention, candidates) in zip(gold, reading.finder.resolve(document, spans), strict=True):
        error = error_km(row, mention.lat, mention.lon)
        score.errors_km.append(error)
        best = min((error_km(row, place.lat, place.lon) for place in candidates), default=UNRESOLVED_KM)
        score.oracle_km.append(best)
        if row.geonames_id is not None:
            score.with_id += 1
            score.same_id += mention.geonames_id == row.geonames_id
        if error > NEAR_KM:
            notes.append(f"{row.name!r} → {mention.entity} {error:,.0f} km (best {best:,.0f})")


def reading_span(document: Document, start: int, end: int) -> Span:
    offsets = document.text.offsets
    if offsets is None:
        return Span(start, end)
    inside = np.flatnonzero((offsets >= start) & (offsets < end))
    return Span(int(inside[0]), int(inside[-1]) + 1) if len(inside) else Span(0, 0)


def report_corpus(
    console: Console, reading: PlaceReading, path: Path, *, worst: int, is_quick: bool
) -> dict[str, float]:
    articles = read_corpus(path)
    scored = [score_document(reading, article) for article in articles]
    scores = [score for score, _ in scored]
    table = Table(title=f"{path.stem}: {len(scores)} documents, {sum(s.gold for s in scores)} names")
    for column in ("measure", "value", "95 % interval"):
        table.add_column(column, justify="left" if column == "measure" else "right")
    results = {}
    for name, metric in METRICS.items():
        results[name] = metric(scores)
        interval = "" if is_quick else "{:.3f} – {:.3f}".format(*bootstrap(scores, metric))
        table.add_row(name, f"{results[name]:.3f}", interval)
    console.print(table)
    ranked = sorted(scored, key=lambda item: (-len(item[1]), item[0].id))
    for score, notes in ranked[:worst]:
        console.print(f"  worst: {score.id} ({score.gold} names): {'; '.join(notes)}", markup=False, soft_wrap=True)
    return results


def report_names(console: Console, reading: PlaceReading, path: Path) -> dict[str, float]:
    """Recognition alone: places of a corpus of names without positions."""
    total = Score(path.stem)
    for article in read_corpus(path):
        _, places = reading.places(article["text"])
        places = tuple(place for place in places if place.role == "literal")
        gold = [Name(row["start"], row["end"], row["surface"]) for row in article["mentions"] if row["kind"] == "place"]
        spans = {(place.start, place.end) for place in places}
        total.strict += sum((row.start, row.end) in spans for row in gold)
        total.overlap += len(overlap_pairs(gold, places))
        total.predicted += len(places)
        total.gold += len(gold)
    results = {
        name: METRICS[name]([total]) for name in ("strict F1", "overlap F1", "overlap precision", "overlap recall")
    }
    figures = ", ".join(f"{name} {value:.3f}" for name, value in results.items())
    console.print(f"{path.stem}: {total.gold} places: {figures}")
    return results


def report_speed(console: Console, reading: PlaceReading, times_s: dict[str, float], articles: int) -> None:
    number = reading.articles - articles
    parts = ", ".join(
        f"{name} {1000 * (total - times_s[name]) / number:.2f} ms" for name, total in reading.times_s.items()
    )
    total_s = sum(reading.times_s.values()) - sum(times_s.values())
    console.print(f"  an article: {parts}; {number / total_s:.0f} articles/s in all")
