"""Fixtures of what runs against PostgreSQL; one server for the session, an empty database for each test that asks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from layers.engines.postgis.database import Database as PooledDatabase
from layers.engines.postgis.load import load_release
from layers.engines.postgis.source import PostgisSource
from tests.live import PATIENCE_S
from tests.postgres.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.release import Release

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that stands in this folder needs the database."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.postgres)


@pytest.fixture(scope="session", autouse=True)
def _patient() -> Iterator[None]:
    """A machine that others use gives a connection late: that is no database that does not answer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("layers.engines.postgis.database.WAIT_S", PATIENCE_S)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Database]:
    database = Database()
    try:
        database.start()
        yield database
    finally:
        database.remove()


@pytest.fixture
def store_url(postgres: Database) -> str:
    """The SQLAlchemy URL of an empty database."""
    return postgres.create().replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture(scope="session")
def loaded_url(postgres: Database, release: Release) -> str:
    """The URL of a database into which the real release has been loaded. Read it only."""
    url = postgres.create(postgis=True)
    load_release(release, url)
    return url


@pytest.fixture(scope="session")
def pooled(loaded_url: str) -> Iterator[PooledDatabase]:
    database = PooledDatabase(loaded_url, timeout_s=PATIENCE_S)
    yield database
    database.close()


@pytest.fixture(scope="session")
def in_postgis(pooled: PooledDatabase, release: Release, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The real release, its features answered by PostGIS."""
    return PostgisSource(pooled, tmp_path_factory.mktemp("served")).open(release.id)
