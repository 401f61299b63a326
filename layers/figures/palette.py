"""Palette: the pictures of a release in 256 colours, a quarter of the bytes for readers on slow networks."""

from __future__ import annotations

import io

from PIL import Image
from PIL.PngImagePlugin import PngInfo

__all__ = ["in_palette"]


def in_palette(png: bytes) -> bytes:
    """Return a PNG in 256 colours of its own, without transparency, with the same texts and resolution.

    The colours are chosen without dithering, which would take back most of what is saved and roughen even areas. The same
    picture gives the same bytes.

    Raises
    ------
    PIL.UnidentifiedImageError
        When it is no picture.
    """
    with Image.open(io.BytesIO(png)) as picture:
        told = PngInfo()
        for name, text in picture.info.items():
            if isinstance(name, str) and isinstance(text, str):
                told.add_itxt(name, text)
        drawn = picture.convert("RGB").quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        body = io.BytesIO()
        drawn.save(body, "PNG", optimize=True, pnginfo=told, dpi=picture.info.get("dpi"))
    return body.getvalue()
