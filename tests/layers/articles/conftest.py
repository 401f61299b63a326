"""One reader for all tests of it: its lexicons and its gazetteer are read once."""

from __future__ import annotations

import pytest

from layers.articles.reader import Reader


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader.open()
