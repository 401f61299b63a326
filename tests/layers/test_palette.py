"""The palette of pictures: fewer bytes, colours that the eye takes for the same, and all that is said in the file."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from layers.figures.palette import in_palette


def a_map() -> bytes:
    """Haze over land with marks in strong colours on it, as a figure has, half transparent where paper is."""
    size = 400
    x, y = np.meshgrid(np.linspace(0, 1, size), np.linspace(0, 1, size))
    haze = np.stack([240 - 60 * x, 236 - 90 * x * y, 230 - 120 * y, np.full_like(x, 255)], axis=2)
    picture = Image.fromarray(haze.astype(np.uint8), "RGBA")
    marks = ImageDraw.Draw(picture)
    for number, colour in enumerate(MARKS):
        marks.rectangle((20 + 40 * number, 40, 50 + 40 * number, 70), fill=colour)
    told = PngInfo()
    told.add_itxt("Title", "Карта, نقشه")
    body = io.BytesIO()
    picture.save(body, "PNG", pnginfo=told, dpi=(150, 150))
    return body.getvalue()


MARKS = ("#a11f3f", "#1b5a9e", "#a84a00", "#6a5adf", "#1c1f23", "#ffffff")


def test_a_picture_in_a_palette_looks_the_same_and_says_the_same_in_fewer_bytes() -> None:
    before = a_map()
    after = in_palette(before)
    assert len(after) < len(before) / 2
    assert in_palette(before) == after, "the same picture gives the same bytes"
    with Image.open(io.BytesIO(before)) as old, Image.open(io.BytesIO(after)) as new:
        assert (new.mode, new.size, new.info["Title"]) == ("P", old.size, "Карта, نقشه")
        assert new.info["dpi"] == pytest.approx(old.info["dpi"])
        was, now = (np.asarray(each.convert("RGB")).astype(int) for each in (old, new))
    assert np.abs(was - now).mean() < 4
    for number, colour in enumerate(MARKS):
        wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
        assert np.abs(now[55, 35 + 40 * number] - wanted).max() <= 8, colour


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(UnidentifiedImageError):
        in_palette(b"no picture")
