"""Copy of a store that is not there; copies to and from PostgreSQL are tested in tests/postgres."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from geo.errors import UnusableStore
from layers.store.copy import copy_store

if TYPE_CHECKING:
    from pathlib import Path


def test_a_source_that_is_misspelt_is_told_and_nothing_is_made(tmp_path: Path) -> None:
    source, target = (f"sqlite:///{tmp_path / name}.sqlite" for name in ("misspelt", "target"))
    with pytest.raises(UnusableStore, match=r"There is no coverage store .*misspelt\.sqlite"):
        copy_store(source, target)
    assert list(tmp_path.iterdir()) == []
