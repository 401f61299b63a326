"""The coverage store on PostgreSQL: the same steps, the same answers, the same refusals as on SQLite; copies both ways."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from click.testing import CliRunner

from geo.errors import UnusableStore
from layers.store import copy, tables
from layers.store.copy import copy_store, table_checksum
from layers.store.coverage_store import CoverageStore
from layers.store.decisions import Decision
from layers.store.engine import open_engine, writing
from layers.store.schema import HEAD, downgrade, revision_of, upgrade
from layers.workspace import Workspace
from server.cli import main
from tests.at_once import at_once
from tests.layers.store import readings as made
from tests.layers.store.opening import opened_revision

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.postgres.database import Database


@pytest.fixture
def engine(store_url: str) -> Iterator[sa.Engine]:
    opened = open_engine(store_url)
    yield opened
    opened.dispose()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return Workspace(tmp_path).store_url


def fill(url: str, *, articles: int = 3) -> None:
    """Articles with candidates, decisions and a comparison, by the store's own ways."""
    with CoverageStore.open(url) as store:
        for number in range(articles):
            text = made.TEXT.replace("12 May", f"{number + 1} May")
            seizure, arrest = (
                made.incident(*words, text=text)
                for words in (("seized", "seizure", "Kulob"), ("arrested", "arrest", "Khorog"))
            )
            flow = made.flow(("origin", "Afghanistan"), ("destination", "Russia"), text=text)
            reading = made.reading([seizure, arrest], [flow], text=text, id_=f"quiet-{number}")
            store.keep(made.article(text, f"quiet-{number}"), reading, extractor="reader 1", published=None)
        for number, found in enumerate(store.found()[:4]):
            at = f"2026-11-25T12:00:0{number}Z"
            store.decide(Decision(found.id, "accept", "A. Reviewer", at, note=f"Seen тоже {number}"))
        groups = {article.sha256: f"g{number}" for number, article in enumerate(store.articles())}
        store.keep_comparison(groups, [])


def held(url: str) -> tuple[Any, ...]:
    with CoverageStore.open(url) as store:
        return store.articles(), store.found(), store.counts()


def test_the_steps_make_the_tables_that_the_code_describes_and_go_back(engine: sa.Engine) -> None:
    upgrade(engine)
    assert revision_of(engine) == HEAD
    with engine.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
        functions = "SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        assert connection.exec_driver_sql(functions).scalar(), "those that refuse changes"
    downgrade(engine)
    assert set(sa.inspect(engine).get_table_names()) == {"alembic_version"}
    with engine.begin() as connection:
        assert connection.exec_driver_sql(functions).scalar() == 0
    upgrade(engine)
    assert revision_of(engine) == HEAD


def test_each_step_goes_forward_and_back_alone(engine: sa.Engine) -> None:
    steps = [f"{number:04d}" for number in range(1, int(HEAD) + 1)]
    for step in steps:
        upgrade(engine, step)
        assert revision_of(engine) == step
    for step in [*reversed(steps[:-1]), "base"]:
        downgrade(engine, step)
        assert revision_of(engine) == (None if step == "base" else step)


def test_two_at_once_make_one_store(store_url: str) -> None:
    assert at_once(opened_revision, [store_url] * 3) == [HEAD] * 3


def test_it_answers_as_on_sqlite(store_url: str, sqlite_url: str) -> None:
    for url in (store_url, sqlite_url):
        fill(url)
    assert held(store_url) == held(sqlite_url)


def test_two_writers_wait_for_each_other(store_url: str) -> None:
    """Both keep the same article: on an empty store the second finds what the first has stored."""

    def keep(_: int) -> tuple[int, int]:
        with CoverageStore.open(store_url) as store:
            kept = store.keep(made.article(), made.WHOLE, extractor="reader 1", published=None)
            return kept.new, kept.again

    assert sorted(at_once(keep, range(3))) == [(0, 3), (0, 3), (3, 0)]


@pytest.mark.parametrize(
    "statement", ["UPDATE decisions SET verdict = 'reject'", "DELETE FROM decisions", "TRUNCATE decisions"]
)
def test_decisions_are_only_added_to(store_url: str, statement: str) -> None:
    fill(store_url, articles=1)
    engine = open_engine(store_url)
    try:
        with pytest.raises(UnusableStore, match="only added to"), writing(engine) as connection:
            connection.exec_driver_sql(statement)
    finally:
        engine.dispose()


def test_a_copy_there_and_back_holds_the_same(store_url: str, sqlite_url: str, tmp_path: Path) -> None:
    fill(sqlite_url)
    copied = copy_store(sqlite_url, store_url)
    assert held(store_url) == held(sqlite_url)
    assert {each.table: each.new for each in copied if each.new}["articles"] == 3
    back = f"sqlite:///{tmp_path / 'back.sqlite'}"
    returned = copy_store(store_url, back)
    assert held(back) == held(sqlite_url)
    assert [(each.table, each.sha256) for each in returned] == [(each.table, each.sha256) for each in copied]


def test_a_copied_store_numbers_further_decisions_after_those_that_came(store_url: str, sqlite_url: str) -> None:
    fill(sqlite_url)
    copy_store(sqlite_url, store_url)
    with CoverageStore.open(store_url) as store:
        number = store.decide(Decision(store.found()[0].id, "reject", "B. Reviewer", "2026-11-26T12:00:00Z"))
    assert number == 5


def test_an_interrupted_copy_is_taken_up_again(
    store_url: str, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(sqlite_url)
    monkeypatch.setattr(copy, "PER_BATCH", 2)
    seen: list[str] = []

    def stop_after_mentions(table: str) -> None:
        if "mentions" in seen:
            raise KeyboardInterrupt
        seen.append(table)

    with pytest.raises(KeyboardInterrupt):
        copy_store(sqlite_url, store_url, progress=stop_after_mentions)
    engine = open_engine(store_url)
    with writing(engine) as connection:
        # As if it had been stopped between two batches of mentions.
        connection.exec_driver_sql("DELETE FROM mentions WHERE ordinal > 2")
    engine.dispose()
    copied = {each.table: each for each in copy_store(sqlite_url, store_url)}
    assert copied["articles"].new == 0
    assert 0 < copied["mentions"].new < copied["mentions"].rows
    assert held(store_url) == held(sqlite_url)
    assert all(each.new == 0 for each in copy_store(sqlite_url, store_url))


def test_another_store_is_not_written_over(store_url: str, sqlite_url: str) -> None:
    fill(sqlite_url, articles=1)
    fill(store_url, articles=2)
    with pytest.raises(UnusableStore, match=r"holds other rows.*Name an empty database"):
        copy_store(sqlite_url, store_url)
    with pytest.raises(UnusableStore, match="into itself"):
        copy_store(sqlite_url, sqlite_url)


def test_a_changed_row_changes_the_checksum(store_url: str) -> None:
    fill(store_url, articles=1)
    engine = open_engine(store_url)
    before = table_checksum(engine, tables.articles)
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE articles SET title = 'Other days'")
    assert table_checksum(engine, tables.articles)[1] != before[1]
    engine.dispose()


def test_the_command_says_what_was_copied(store_url: str, sqlite_url: str) -> None:
    fill(sqlite_url, articles=1)
    result = CliRunner().invoke(main, ["store", "copy", sqlite_url, store_url, "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["tables"]["articles"]["rows"] == 1
    again = CliRunner().invoke(main, ["store", "copy", sqlite_url, store_url])
    assert "Both stores hold the same" in again.output


def test_the_setting_names_a_store_on_postgresql(store_url: str, tmp_path: Path) -> None:
    fill(store_url)
    asked = ["store", "status", "--json", "--workspace", str(tmp_path)]
    result = CliRunner().invoke(main, asked, env={"CORRIDORMAP_STORE": store_url})
    assert json.loads(result.output)["articles"] == 3


def test_a_server_that_is_not_there_is_told_with_what_to_do(postgres: Database) -> None:
    url = "postgresql+psycopg://maps:secret@127.0.0.1:1/coverage"
    with pytest.raises(UnusableStore, match="Start PostgreSQL") as told:
        CoverageStore.open(url)
    assert "secret" not in str(told.value)
    with pytest.raises(UnusableStore, match="createdb"):
        CoverageStore.open(postgres.url("none_such").replace("postgresql://", "postgresql+psycopg://"))
