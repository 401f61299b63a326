"""How well and how fast articles are read, against annotated corpora that are no part of the project.

    python benchmarks/reading.py --corpora ../shared/corpora --gold ../shared/gold --articles ../shared/articles

Prints, for every file that is there: strict and overlap F1 of place names; accuracy within 161 km and 25 km with gold
names (an unresolved name is wrong), beside the oracle (the best candidate that the gazetteer has) and by entity id; median
and mean error; end to end; 95 % intervals by bootstrap over documents; the worst documents; all scores of the 24 texts'
own scorer; articles a second on one core, start-up and memory of the whole reader.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reading_articles import report_article, report_bodies, report_flows, report_texts24
from reading_corpora import PlaceReading, report_corpus, report_names, report_speed
from reading_scores import read_corpus
from rich.console import Console

from layers.articles.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = str(Path(__file__).resolve().parents[1])


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


def report_corpora(console: Console, reading: PlaceReading, options: argparse.Namespace) -> dict[str, Any]:
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
    reading = PlaceReading(lambda step: status.print(f"{step} …"))
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
        reader = Reader.open()
        for name, file, until in (("bodies_en", "orgs_en.json", 10**9), ("bodies_fa", "orgs_fa_dev.json", 16_000)):
            results[name] = report_bodies(console, reader, options.gold, options.articles, file, until=until)
        results["flows"] = report_flows(console, reader, options.gold, options.articles)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    console.print(
        f"start {reading.start_s:.2f} s, peak {peak_mb:.0f} MB of resident memory (corpora and tables included)"
    )
    if options.json:
        options.json.write_text(json.dumps(results, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
