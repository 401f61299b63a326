"""Fixtures of what runs against PostgreSQL; one server for the session, an empty database for each test that asks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.postgres.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that stands in this folder needs the database."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.postgres)


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
