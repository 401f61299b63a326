"""Array files: what was written comes back, and what is damaged is told."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import DamagedRelease
from layers.engines.arrayfile import BLOCK, ArrayFile, ArrayWriter

if TYPE_CHECKING:
    from pathlib import Path


def content_of(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    writer = ArrayWriter(file)
    for name, array in arrays.items():
        writer.write(name, array)
    writer.finish({"said": "یک"})
    return file.getvalue()


SMALL = content_of(a=np.arange(7, dtype=np.int32), b=np.ones((3, 2)), c=np.empty(0, dtype=np.uint8))


def read_all(file: ArrayFile) -> None:
    for name in ("a", "b", "c"):
        file.array(name)


def test_arrays_come_back_with_their_types_and_shapes(tmp_path: Path) -> None:
    (tmp_path / "x.columns").write_bytes(SMALL)
    file = ArrayFile.open(tmp_path / "x.columns")
    assert file.array("a").tolist() == list(range(7))
    assert file.array("b").shape == (3, 2)
    assert file.array("c").tolist() == []
    assert file.meta == {"said": "یک"}
    assert "a" in file
    assert "d" not in file
    assert file.read("a", 4, 8) == np.int32(1).tobytes()
    with pytest.raises(ValueError, match="read-only"):
        file.array("a")[0] = 1


@given(st.lists(st.binary(max_size=300), max_size=5))
@settings(max_examples=30)
def test_pieces_are_laid_end_to_end(pieces: list[bytes]) -> None:
    file = io.BytesIO()
    writer = ArrayWriter(file)
    writer.write("all", [np.frombuffer(b"", np.uint8), *(np.frombuffer(piece, np.uint8) for piece in pieces)])
    writer.finish({})
    assert ArrayFile.of(file.getvalue()).array("all").tobytes() == b"".join(pieces)


@pytest.mark.parametrize("length", [0, 1, 27, 28, len(SMALL) // 2, len(SMALL) - 1])
def test_a_file_that_was_cut_off_is_told(tmp_path: Path, length: int) -> None:
    (tmp_path / "x.columns").write_bytes(SMALL[:length])
    with pytest.raises(DamagedRelease, match="cut off"):
        ArrayFile.open(tmp_path / "x.columns")


@given(st.integers(0, len(SMALL) - 1), st.integers(1, 255))
@settings(max_examples=80)
def test_no_changed_byte_goes_unnoticed_but_in_what_is_not_read(place: int, change: int) -> None:
    damaged = bytearray(SMALL)
    damaged[place] ^= change
    with pytest.raises(DamagedRelease):
        read_all(ArrayFile.of(bytes(damaged)))


def test_a_change_far_away_is_told_when_it_is_read() -> None:
    content = bytearray(content_of(first=np.zeros(BLOCK, np.uint8), second=np.zeros(BLOCK, np.uint8)))
    content[BLOCK + 17] = 1
    file = ArrayFile.of(bytes(content))
    assert not file.array("first").any()
    with pytest.raises(DamagedRelease, match="block 1"):
        file.array("second")


def test_a_file_that_is_cut_while_it_is_open_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.columns"
    path.write_bytes(SMALL)
    file = ArrayFile.open(path)
    with path.open("r+b") as shortened:
        shortened.truncate(100)
    with pytest.raises(DamagedRelease, match="while it was open"):
        file.check_length()


def test_pages_that_were_given_back_are_there_again(tmp_path: Path) -> None:
    (tmp_path / "x.columns").write_bytes(SMALL)
    file = ArrayFile.open(tmp_path / "x.columns")
    before = file.array("a")
    file.forget()
    assert before.tolist() == list(range(7))


def test_a_missing_file_is_told_without_its_folder(tmp_path: Path) -> None:
    with pytest.raises(DamagedRelease, match="cannot be opened") as caught:
        ArrayFile.open(tmp_path / "a" / "b" / "c.columns")
    assert str(tmp_path) not in str(caught.value)
