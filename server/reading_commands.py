"""The commands ``corridormap read | ingest | store``: from articles to what they report, and into the coverage store.

``read`` prints and writes nothing else. ``ingest`` files the texts in the workspace, reads them and keeps what it found as
candidates; it may be stopped at any moment and started again.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geo.errors import CorridorMapError, UnreadableArticle, UnwritableWorkspace
from layers.workspace import Workspace, write_output
from server.config import Config
from server.progress import counted, stages_shown
from server.scheduling import scheduler_option, workers_of
from server.store_commands import copy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from layers.articles.reader import Reader
    from layers.articles.reading import Reading
    from layers.workers import Workers

__all__ = ["ingest", "read", "store"]

_READERS: dict[Path, Reader] = {}
"""By data folder: it takes a second to make one, and a process may call several commands."""

STANDARD = "-"
"""Standard input or output, in place of a file."""


_published_option = click.option(
    "--published",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=lambda _context, _parameter, value: value and value.date(),
    metavar="DATE",
    help="Day on which the articles appeared (2019-05-12): relative dates count from it.",
)
_workspace_option = click.option(
    "--workspace",
    type=click.Path(path_type=Path),
    help="Folder for everything that is written (CORRIDORMAP_WORKSPACE).",
)


def config_of(workspace: Path | None = None) -> Config:
    """Return the settings of the environment, with another workspace where one is named."""
    config = Config.from_environment(os.environ)
    return config if workspace is None else replace(config, workspace=workspace.absolute())


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line for each article.")
@click.option(
    "--jsonl",
    "lines",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="IN",
    help='Read lines {"id", "text"} of a file, or - for standard input.',
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, allow_dash=True),
    default=STANDARD,
    metavar="OUT",
    help="File for the lines of --jsonl; standard output without it.",
)
@_published_option
@scheduler_option
def read(
    files: tuple[Path, ...], lines: Path | None, out: Path, published: date | None, scheduler: str, *, as_json: bool
) -> None:
    """Read articles and say which places, organizations, incidents and claims they report. Nothing is stored.

    FILES are texts, Markdown, HTML, PDF, folders of them, or - for standard input. All articles of a call are compared with
    each other. A file or line that cannot be read is named and the others are read all the same.

    Example: corridormap read articles/ --json
    """
    if bool(files) == (lines is not None):
        raise click.UsageError("Give either FILES or --jsonl.")
    with stages_shown() as progress:
        reader = _reader(progress)
    failures = _Failures()
    if lines is not None:
        records = list(_records(_lines_of(lines), failures))
        articles = [(id_, text, day or published) for id_, text, day in records]
    else:
        articles = [(id_, text, published) for id_, text in _texts(files, failures)]
    with workers_of(scheduler) as workers:
        readings = _read_all(reader, articles, workers)
    if lines is not None:
        _write(out, "".join(_json_line(reading.to_json()) for reading in readings))
    elif as_json:
        for reading in readings:
            sys.stdout.buffer.write(_json_line(reading.to_json()).encode())
        sys.stdout.buffer.flush()
    else:
        from server.reading_table import print_readings  # noqa: PLC0415 -- scripts need no tables

        print_readings(readings)
    failures.leave()


def _read_all(reader: Reader, articles: list[tuple[str, str, date | None]], workers: Workers) -> tuple[Reading, ...]:
    from layers.examination import TextToRead, read_texts  # noqa: PLC0415 -- as below

    waiting = []
    with counted("reading", len(articles)) as advance:
        for reading in read_texts(reader, [TextToRead(*article) for article in articles], workers):
            waiting.append(reading)
            advance()
    return reader.compared(waiting)


def _reader(progress: Callable[[str], None]) -> Reader:
    """The reader, made when it is first asked for."""
    from layers.articles.reader import Reader  # noqa: PLC0415 -- lexicons are no matter of the other commands

    root = config_of().root
    if root not in _READERS:
        _READERS[root] = Reader.open(root, progress=progress)
    return _READERS[root]


class _Failures:
    """What could not be read: each told at once on standard error; any of them makes the exit code 1."""

    def __init__(self) -> None:
        self.count = 0

    def tell(self, error: CorridorMapError) -> None:
        self.count += 1
        click.echo(f"corridormap: {error}", err=True)

    def leave(self) -> None:
        if self.count:
            sys.exit(1)


def _texts(files: Iterable[Path], failures: _Failures) -> Iterator[tuple[str, str]]:
    """Yield (id, text) of every article: the path as it was named is its id."""
    from layers.articles.documents.read import read_file, shown_path  # noqa: PLC0415 -- as above

    named: set[str] = set()
    for path in files:
        if str(path) == STANDARD:
            yield from _standard_input(failures)
            continue
        try:
            found = _files_in(path)
        except CorridorMapError as error:
            failures.tell(error)
            continue
        for file in found:
            if str(file) in named:
                continue
            named.add(str(file))
            try:
                yield shown_path(file), read_file(file).text
            except CorridorMapError as error:
                failures.tell(error)


def _files_in(path: Path) -> tuple[Path, ...]:
    """Return the article files of a folder, or the file itself."""
    if not path.is_dir():
        return (path,)
    from layers.articles.documents.read import article_paths  # noqa: PLC0415 -- as above

    return article_paths(path)


def _standard_input(failures: _Failures) -> Iterator[tuple[str, str]]:
    try:
        yield STANDARD, sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as error:
        failures.tell(
            UnreadableArticle(f"Standard input is not UTF-8 text (byte {error.start}).", hint="Pipe a text in UTF-8.")
        )


def _lines_of(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file with their numbers, empty ones left out."""
    try:
        with sys.stdin.buffer if str(path) == STANDARD else path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line
    except OSError as error:
        raise UnreadableArticle(
            f"{path} cannot be read: {error.strerror or error}.", hint="Name a file of JSON lines, or - for a pipe."
        ) from error


def _records(lines: Iterable[tuple[int, bytes]], failures: _Failures) -> Iterator[tuple[str, str, date | None]]:
    """Yield (id, text, day of publication) of each line that holds them."""
    line_of: dict[str, int] = {}
    for number, line in lines:
        try:
            id_, text, published = _record(number, line)
            if id_ in line_of:
                raise _bad_line(number, f"its id {id_!r} stands in line {line_of[id_]} already")
        except UnreadableArticle as error:
            failures.tell(error)
            continue
        line_of[id_] = number
        yield id_, text, published


def _record(number: int, line: bytes) -> tuple[str, str, date | None]:
    try:
        record = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError as error:
        raise _bad_line(number, f"is not UTF-8 (byte {error.start})") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise _bad_line(number, f"is no JSON: {getattr(error, 'msg', 'nested too deep')}") from error
    if not isinstance(record, dict):
        raise _bad_line(number, "is no JSON object")
    id_, text, published = record.get("id"), record.get("text"), record.get("published")
    if isinstance(id_, int) and not isinstance(id_, bool):
        id_ = str(id_)
    if not isinstance(id_, str):
        raise _bad_line(number, "has no id (a string)")
    if not isinstance(text, str):
        raise _bad_line(number, "has no text (a string)")
    if published is None:
        return id_, text, None
    try:
        return id_, text, date.fromisoformat(published)
    except (TypeError, ValueError) as error:
        raise _bad_line(number, f"has published {published!r}, which is no day such as 2019-05-12") from error


def _bad_line(number: int, fault: str) -> UnreadableArticle:
    return UnreadableArticle(f"Line {number}: {fault}.", hint='Write each line as {"id": "…", "text": "…"}.')


def _json_line(record: object) -> str:
    """One line of JSON in UTF-8 letters; a letter that UTF-8 has no form for (half a surrogate pair) is escaped."""
    line = json.dumps(record, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:
        line = json.dumps(record)
    return line + "\n"


def _write(out: Path, text: str) -> None:
    if str(out) == STANDARD:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
        return
    try:
        write_output(out, text.encode())
    except OSError as error:
        raise UnwritableWorkspace(
            f"{out} cannot be written: {error.strerror or error}.", hint="Name another file with --out."
        ) from error


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@_workspace_option
@_published_option
@scheduler_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per file.")
def ingest(
    files: tuple[Path, ...], workspace: Path | None, published: date | None, scheduler: str, *, as_json: bool
) -> None:
    """File articles in the workspace, read them, and keep what they report as candidates in the coverage store.

    FILES are texts, Markdown, HTML, PDF or folders of them. The texts stay on this machine; the evidence panel shows their
    sentences. A file that cannot be read is named and the others are filed all the same. What was ingested before is passed
    over, so a stopped run is simply started again.

    Example: corridormap ingest articles/*.txt
    """
    from layers.ingestion import Ingestion  # noqa: PLC0415 -- as above

    config = config_of(workspace)
    failures = _Failures()
    found: dict[Path, None] = {}
    for path in files:
        try:
            found.update(dict.fromkeys(_files_in(path)))
        except CorridorMapError as error:
            failures.tell(error)
    shelf = Workspace(config.workspace)
    shelf.prepare()
    with stages_shown() as progress:
        reader = _reader(progress)
    with workers_of(scheduler) as workers, Ingestion.open(shelf, config.store_url, reader) as ingestion:
        with counted("ingesting", len(found)) as advance:
            for _, outcome in ingestion.take_all(found, published, workers):
                if isinstance(outcome, UnreadableArticle):
                    failures.tell(outcome)
                else:
                    _tell_ingested(outcome, as_json=as_json)
                advance()
        if ingestion.store.uncompared():
            with stages_shown() as progress:
                progress("comparing articles")
                ingestion.compare(workers)
    failures.leave()


def _tell_ingested(row: Any, *, as_json: bool) -> None:  # noqa: ANN401 -- layers.ingestion.Ingested, imported late
    from layers.articles.documents.read import shown_path  # noqa: PLC0415 -- as above

    if as_json:
        click.echo(
            json.dumps(
                {
                    "file": shown_path(row.path),
                    "sha256": row.sha256,
                    "characters": row.length,
                    "new": row.is_new,
                    "article": row.article,
                    "candidates": {"new": row.kept.new, "again": row.kept.again, "retired": row.kept.retired}
                    if row.kept
                    else None,
                },
                ensure_ascii=False,
            )
        )
        return
    state = "filed" if row.is_new else "was filed before"
    candidates = f"{row.kept.new} new candidates" if row.kept else "was read before"
    click.echo(
        f"{shown_path(row.path.name)}: {state}, {row.length:,} characters, sha256 {row.sha256[:12]}; {candidates}"
    )


@click.group()
def store() -> None:
    """Look after the coverage store, which holds what was read in articles and what people decided about it.

    Example: corridormap store status
    """


store.add_command(copy)


@store.command()
@_workspace_option
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def status(workspace: Path | None, *, as_json: bool) -> None:
    """Say what the store holds.

    Example: corridormap store status --json
    """
    from layers.store.coverage_store import CoverageStore  # noqa: PLC0415 -- only these commands need SQLAlchemy
    from layers.store.engine import shown  # noqa: PLC0415 -- as above
    from layers.store.schema import HEAD  # noqa: PLC0415 -- as above

    config = config_of(workspace)
    with CoverageStore.open(config.store_url) as opened:
        figures = {"store": shown(config.store_url), "migration": HEAD, **opened.counts()}
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False))
        return
    for name, value in figures.items():
        click.echo(f"{name.replace('_', ' '):<24} {value}")


@store.command()
@_workspace_option
def compare(workspace: Path | None) -> None:
    """Compare all articles of the store anew: independence groups and conflicts. `ingest` does it at its end.

    Example: corridormap store compare
    """
    from layers.ingestion import Ingestion  # noqa: PLC0415 -- as above

    config = config_of(workspace)
    with stages_shown() as progress:
        reader = _reader(progress)
        progress("comparing articles")
        with Ingestion.open(Workspace(config.workspace), config.store_url, reader) as ingestion:
            compared = ingestion.compare()
    click.echo(f"{compared.articles} articles in {compared.groups} independence groups, {compared.conflicts} conflicts")
