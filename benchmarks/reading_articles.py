"""What the reader makes of the 24 development texts and of the two articles, against what people marked in them."""

from __future__ import annotations

import importlib.util
import json
from datetime import date
from typing import TYPE_CHECKING, Any

from reading_scores import CLOSE_KM, Name, error_km, f1, overlap_pairs

from layers.articles.reader import Reader

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from reading_corpora import PlaceReading
    from rich.console import Console

    from layers.articles.statements.claims import ReadClaim

__all__ = ["report_article", "report_bodies", "report_flows", "report_texts24"]

NAMED = {"literal", "metonym", "metadata"}
"""Roles in which a name stands for a place; the 24 texts leave adjectives and peoples out."""


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


def report_article(
    console: Console, reading: PlaceReading, gold: Path, articles: Path, name: str, *, until: int
) -> float:
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


def report_bodies(console: Console, reader: Reader, gold: Path, articles: Path, name: str, *, until: int) -> float:
    """Print and return the overlap F1 of the organizations of one article up to the letter ``until``."""
    rows = json.loads((gold / name).read_text(encoding="utf-8"))
    text = (articles / rows[0]["file"]).read_bytes().decode("utf-8")
    mentions = reader.read(text, id=name).mentions
    bodies = [each for each in mentions if each.kind == "organization" and each.start < until]
    truth = [Name(row["start"], row["end"], row["surface"]) for row in rows]
    value = f1(len(overlap_pairs(truth, bodies)), len(bodies), len(truth))
    console.print(f"{name}: overlap F1 {value:.3f} ({len(truth)} names, {len(bodies)} found)")
    return value


def report_flows(console: Console, reader: Reader, gold: Path, articles: Path) -> dict[str, float]:
    """Print and return how many claims of the two articles rest on a marked passage, and how many marked ones are claimed.

    A flow counts as claimed where a claim of either article rests on one of its passages; memberships are left out.
    """
    rows = json.loads((gold / "flows.json").read_text(encoding="utf-8"))["flows"]
    files = {each["article"]: each["file"] for row in rows for each in row["mentions"]}
    read = [reader.read((articles / file).read_bytes().decode("utf-8"), id=id_) for id_, file in sorted(files.items())]
    claims = [(reading.id, claim) for reading in reader.compared(read) for claim in reading.claims]
    claims = [(id_, claim) for id_, claim in claims if claim.type != "membership"]

    def rests(id_: str, claim: ReadClaim, row: dict[str, Any]) -> bool:
        return any(
            each["article"] == id_ and span.start < each["end"] and each["start"] < span.end
            for each in row["mentions"]
            for span in claim.evidence
        )

    figures = {
        "precision": sum(any(rests(*each, row) for row in rows) for each in claims) / max(1, len(claims)),
        "recall": sum(any(rests(*each, row) for each in claims) for row in rows) / max(1, len(rows)),
    }
    console.print(
        f"flow claims of the two articles: precision {figures['precision']:.3f}, recall {figures['recall']:.3f}"
    )
    return figures
