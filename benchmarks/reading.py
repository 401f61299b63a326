"""How well and how fast articles are read, against annotated corpora that are no part of the project.

    python benchmarks/reading.py --corpora ../shared/corpora --gold ../shared/gold --articles ../shared/articles

Prints, for every file that is there: strict and overlap F1 of place names; accuracy within 161 km and 25 km with gold
names (an unresolved name is wrong), beside the oracle (the best candidate that the gazetteer has) and by entity id; median
and mean error; end to end; 95 % intervals by bootstrap over documents; the worst documents; all scores of the 24 texts'
own scorer; articles a second on one core, start-up and memory of the whole reader.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.table import Table

from layers.articles.actors.organizations import OrganizationLexicon, find_organizations
from layers.articles.geoparsing.places import PlaceFinder
from layers.articles.reader import Reader
from layers.articles.wording.document import Document
from layers.articles.wording.text import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from types import ModuleType

    from layers.articles.mention import Mention

NEAR_KM, CLOSE_KM = 161.0, 25.0
UNRESOLVED_KM = 20_037.5
BOOTSTRAPS = 1000
NO_PLACES = {"metadata"}
NAMED = {"literal", "metonym", "metadata"}
"""Roles in which a name stands for a place; the 24 texts leave adjectives and peoples out."""
HERE = str(Path(__file__).resolve().parents[1])


@dataclass(frozen=True)
class Name:
    """A place in a gold file; ``lat`` is ``None`` where the annotators gave no position."""

    start: int
    end: int
    name: str
    lat: float | None = None
    lon: float | None = None
    geonames_id: int | None = None


@dataclass
class Score:
    """What one document gave: counts for F1, errors in km with gold names, of the best candidate, and end to end."""

    id: str
    strict: int = 0
    overlap: int = 0
    predicted: int = 0
    gold: int = 0
    errors_km: list[float] = field(default_factory=list)
    oracle_km: list[float] = field(default_factory=list)
    end_to_end_km: list[float] = field(default_factory=list)
    same_id: int = 0
    with_id: int = 0


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    p, q = math.radians(lat), math.radians(other_lat)
    half = math.sin((q - p) / 2) ** 2 + math.cos(p) * math.cos(q) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    return 12_742 * math.asin(min(1.0, math.sqrt(half)))


def read_corpus(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def overlap_pairs(gold: Sequence[Any], found: Sequence[Mention]) -> list[tuple[int, int]]:
    """Pair one to one, the longest overlaps first."""
    pairs = sorted(
        (
            (min(g.end, m.end) - max(g.start, m.start), -abs(g.start - m.start) - abs(g.end - m.end), i, j)
            for i, g in enumerate(gold)
            for j, m in enumerate(found)
            if min(g.end, m.end) > max(g.start, m.start)
        ),
        reverse=True,
    )
    seen_gold: set[int] = set()
    seen_found: set[int] = set()
    result = []
    for _, _, i, j in pairs:
        if i not in seen_gold and j not in seen_found:
            seen_gold.add(i)
            seen_found.add(j)
            result.append((i, j))
    return result


class Reading:
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


def score_document(reading: Reading, article: dict[str, Any]) -> tuple[Score, list[str]]:
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


def resolve_gold(reading: Reading, document: Document, gold: list[Name], score: Score, notes: list[str]) -> None:
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


def error_km(row: Name, lat: float | None, lon: float | None) -> float:
    if lat is None or lon is None or row.lat is None or row.lon is None:
        return UNRESOLVED_KM
    return distance_km(row.lat, row.lon, lat, lon)


def reading_span(document: Document, start: int, end: int) -> Span:
    offsets = document.text.offsets
    if offsets is None:
        return Span(start, end)
    inside = np.flatnonzero((offsets >= start) & (offsets < end))
    return Span(int(inside[0]), int(inside[-1]) + 1) if len(inside) else Span(0, 0)


def f1(hits: int, predicted: int, gold: int) -> float:
    return 2 * hits / (predicted + gold) if predicted + gold else 1.0


def within(errors: Iterable[float], limit_km: float) -> float:
    errors = list(errors)
    return sum(error <= limit_km for error in errors) / len(errors) if errors else 0.0


METRICS: dict[str, Callable[[Sequence[Score]], float]] = {
    "strict F1": lambda s: f1(sum(x.strict for x in s), sum(x.predicted for x in s), sum(x.gold for x in s)),
    "overlap F1": lambda s: f1(sum(x.overlap for x in s), sum(x.predicted for x in s), sum(x.gold for x in s)),
    "overlap precision": lambda s: sum(x.overlap for x in s) / max(1, sum(x.predicted for x in s)),
    "overlap recall": lambda s: sum(x.overlap for x in s) / max(1, sum(x.gold for x in s)),
    "A@161 km, gold names": lambda s: within((e for x in s for e in x.errors_km), NEAR_KM),
    "A@161 km, oracle": lambda s: within((e for x in s for e in x.oracle_km), NEAR_KM),
    "A@25 km, gold names": lambda s: within((e for x in s for e in x.errors_km), CLOSE_KM),
    "A@25 km, oracle": lambda s: within((e for x in s for e in x.oracle_km), CLOSE_KM),
    "same GeoNames id": lambda s: sum(x.same_id for x in s) / max(1, sum(x.with_id for x in s)),
    "A@161 km of those found": lambda s: within((e for x in s for e in x.end_to_end_km), NEAR_KM),
    "end to end F1 @161 km": lambda s: f1(
        sum(e <= NEAR_KM for x in s for e in x.end_to_end_km), sum(x.predicted for x in s), sum(x.gold for x in s)
    ),
    "median error, km": lambda s: statistics.median([e for x in s for e in x.errors_km] or [0.0]),
    "mean error, km": lambda s: statistics.fmean([e for x in s for e in x.errors_km] or [0.0]),
}


def bootstrap(scores: Sequence[Score], metric: Callable[[Sequence[Score]], float]) -> tuple[float, float]:
    generator = np.random.default_rng(20_240_601)
    values = [metric([scores[i] for i in generator.integers(0, len(scores), len(scores))]) for _ in range(BOOTSTRAPS)]
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def report_corpus(console: Console, reading: Reading, path: Path, *, worst: int, is_quick: bool) -> dict[str, float]:
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


def report_names(console: Console, reading: Reading, path: Path) -> dict[str, float]:
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


def report_texts24(console: Console, gold: Path, *, verbose: bool) -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location("texts24_score", gold / "texts24" / "score.py")
    assert spec is not None
    assert spec.loader is not None
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    index = {row["id"]: row for row in json.loads((gold / "texts24" / "index.json").read_text(encoding="utf-8"))}
    reader = Reader.open()
    answers = {
        id_: system_answer(reader, gold, id_, date.fromisoformat(index[id_]["date"])) for id_ in scorer.load_gold()
    }
    results: dict[str, Any] = scorer.score(scorer.load_gold(), answers)
    for name, values in results.items():
        if not isinstance(values, dict):
            console.print(f"texts24 {name}: {values}")
            continue
        figures = "  ".join(f"{k}={v:.3f}" if isinstance(v, float) else f"{k}={v}" for k, v in values.items())
        console.print(f"texts24 {name}: {figures}")
    if verbose:
        for id_, truth in scorer.load_gold().items():
            explain(console, scorer, id_, truth, answers[id_])
    return results


def explain(console: Console, scorer: ModuleType, id_: str, truth: dict[str, Any], answer: dict[str, Any]) -> None:
    pairs = scorer.pair_spans(truth["places"], answer["places"])
    left = {i for i, _ in pairs}
    right = {j for _, j in pairs}
    notes = [f"missed {row['surface']!r}" for i, row in enumerate(truth["places"]) if i not in left]
    notes += [f"invented {row['surface']!r}" for j, row in enumerate(answer["places"]) if j not in right]
    for i, j in pairs:
        row, place = truth["places"][i], answer["places"][j]
        if not row["resolves"]:
            continue
        is_same = (
            row["kind"] == "country" and place["country_iso2"] == row["country_iso2"] and place["kind"] == "country"
        )
        km = error_km(Name(0, 0, "", row["lat"], row["lon"]), place["lat"], place["lon"])
        if not is_same and km > CLOSE_KM:
            notes.append(f"{row['surface']!r} ({row['canonical']}) → {place['entity']} {km:,.0f} km")
    console.print(f"  {id_}: {'; '.join(notes)}", markup=False, soft_wrap=True)


def system_answer(reader: Reader, gold: Path, id_: str, published: date) -> dict[str, Any]:
    """Read one text with the whole reader and put what it tells in the form that the scorer takes."""
    text = (gold / "texts24" / "texts" / f"{id_}.txt").read_bytes().decode("utf-8")
    told = reader.read(text, id=id_, published=published).to_json()
    places = [each for each in told["mentions"] if each["kind"] == "place" and each["role"] in NAMED]
    return {
        "id": id_,
        "places": [{**each, "kind": each["place_kind"], "country_iso2": each["country"]} for each in places],
        "organizations": [
            {"canonical": each["name"], "surface": each["surface"], "aliases": each["aliases"]}
            for each in told["mentions"]
            if each["kind"] == "organization"
        ],
        "incidents": [
            {
                "category": each["category"],
                "modality": each["modality"],
                "date_start": each["date_start"],
                "date_end": each["date_end"],
                "lat": (each["place"] or {}).get("lat"),
                "lon": (each["place"] or {}).get("lon"),
                "country_iso2": (each["place"] or {}).get("country"),
            }
            for each in told["incidents"]
            if each["role"] == "event"
        ],
        "flows": [
            {"origin": each["origin"], "transit": each["transit"], "destination": destination}
            for each in told["claims"]
            if each["type"].endswith("flow")
            for destination in each["destination"] or [None]
        ],
        "numerals": told["numerals"],
    }


def measure_reader(path: Path) -> dict[str, float]:
    """Time the whole reader over a corpus in this process, which has done nothing else."""
    started = time.process_time()
    reader = Reader.open()
    start_s = time.process_time() - started
    texts = [article["text"] for article in read_corpus(path)]
    for text in texts[:20]:
        reader.read(text, id="warm")
    started = time.process_time()
    for number, text in enumerate(texts):
        reader.read(text, id=str(number))
    seconds = time.process_time() - started
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return {"start, s": start_s, "articles/s/core": len(texts) / seconds, "peak resident memory, MB": peak_mb}


def report_reader(console: Console, path: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--measure-reader", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": HERE})
    figures: dict[str, float] = json.loads(done.stdout)
    console.print("whole reader: " + ", ".join(f"{name} {value:.2f}" for name, value in figures.items()))
    return figures


def report_article(console: Console, reading: Reading, gold: Path, articles: Path, name: str, *, until: int) -> float:
    rows = json.loads((gold / name).read_text(encoding="utf-8"))
    path = articles / rows[0]["file"]
    text = path.read_bytes().decode("utf-8")
    _, places = reading.places(text)
    places = tuple(place for place in places if place.start < until)
    wanted = {"toponym", "adjectival", "demonym", "metonym", "metadata"}
    real = [row for row in rows if row["mention_type"] in wanted and row["resolves"]]
    silent = [
        row for row in rows if not row["resolves"] or row["mention_type"] in {"border_feature", "relative_region"}
    ]
    truth = [Name(row["start"], row["end"], row["surface"]) for row in real]
    neutral = [row for row in silent if row["mention_type"] not in {"part_of_organization", "not_a_place"}]
    counted = [
        place
        for place in places
        if any(place.start < row.end and row.start < place.end for row in truth)
        or not any(place.start < row["end"] and row["start"] < place.end for row in neutral)
    ]
    pairs = overlap_pairs(truth, counted)
    spans = {(place.start, place.end) for place in counted}
    strict = sum((row.start, row.end) in spans for row in truth)
    value = f1(len(pairs), len(counted), len(truth))
    console.print(
        f"{name}: overlap F1 {value:.3f}, strict F1 {f1(strict, len(counted), len(truth)):.3f} "
        f"({len(truth)} names, {len(counted)} found)"
    )
    left, right = {i for i, _ in pairs}, {j for _, j in pairs}
    notes = [f"missed {real[i]['surface']!r}@{row.start}" for i, row in enumerate(truth) if i not in left]
    notes += [f"invented {p.surface!r}@{p.start} ({p.role})" for j, p in enumerate(counted) if j not in right]
    console.print(f"  {'; '.join(notes)}", markup=False, soft_wrap=True)
    return value


def report_corpora(console: Console, reading: Reading, options: argparse.Namespace) -> dict[str, Any]:
    results: dict[str, Any] = {}
    for name in ("lgl-dev", "geowebnews"):
        path = options.corpora / f"{name}.jsonl"
        if path.is_file() and options.only in name:
            before = dict(reading.times_s), reading.articles
            results[name] = report_corpus(console, reading, path, worst=options.worst, is_quick=options.quick)
            report_speed(console, reading, *before)
    for name in ("ru-factrueval-dev", "kk-kaznerd-dev"):
        path = options.corpora / f"{name}.jsonl"
        if path.is_file() and options.only in name:
            results[name] = report_names(console, reading, path)
    if (options.corpora / "lgl-dev.jsonl").is_file() and options.only in "reader":
        results["reader"] = report_reader(console, options.corpora / "lgl-dev.jsonl")
    return results


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, help="folder with geowebnews.jsonl, lgl-dev.jsonl, …")
    parser.add_argument("--gold", type=Path, help="folder with texts24/, places_en.json, …")
    parser.add_argument("--articles", type=Path, help="folder with the two articles")
    parser.add_argument("--worst", type=int, default=5, help="how many of the worst documents to show")
    parser.add_argument("--only", default="", help="only the files whose name has this in it")
    parser.add_argument("--quick", action="store_true", help="without intervals")
    parser.add_argument("--verbose", action="store_true", help="every mistake in the 24 texts")
    parser.add_argument("--measure-reader", type=Path, metavar="FILE", help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    options = parser.parse_args(arguments)
    if options.measure_reader:
        sys.stdout.write(json.dumps(measure_reader(options.measure_reader)))
        return 0
    console = Console(width=120)
    status = Console(stderr=True)
    reading = Reading(lambda step: status.print(f"{step} …"))
    results: dict[str, Any] = report_corpora(console, reading, options) if options.corpora else {}
    if options.gold and options.only in "texts24":
        results["texts24"] = report_texts24(console, options.gold, verbose=options.verbose)
    if options.gold and options.articles and options.only in "articles":
        results["places_en"] = report_article(
            console, reading, options.gold, options.articles, "places_en.json", until=10**9
        )
        results["places_fa"] = report_article(
            console, reading, options.gold, options.articles, "places_fa_dev.json", until=16_000
        )
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    console.print(
        f"start {reading.start_s:.2f} s, peak {peak_mb:.0f} MB of resident memory (corpora and tables included)"
    )
    if options.json:
        options.json.write_text(json.dumps(results, indent=1), encoding="utf-8")
    return 0


def report_speed(console: Console, reading: Reading, times_s: dict[str, float], articles: int) -> None:
    number = reading.articles - articles
    parts = ", ".join(
        f"{name} {1000 * (total - times_s[name]) / number:.2f} ms" for name, total in reading.times_s.items()
    )
    total_s = sum(reading.times_s.values()) - sum(times_s.values())
    console.print(f"  an article: {parts}; {number / total_s:.0f} articles/s in all")


if __name__ == "__main__":
    sys.exit(main())
