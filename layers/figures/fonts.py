"""Fonts of figures: the page's own files, unpacked for the drawing library and cut down to what a figure says.

The page's fonts are WOFF2 files by script. :func:`unpack` writes them as TrueType, each under a family name of its own, so
that one text may use several; :func:`font_faces` gives those letters that a figure holds as CSS, for an SVG to carry.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geo.errors import MissingExtra

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["FACES", "Face", "families", "font_faces", "unpack", "unpacked"]


@dataclass(frozen=True, slots=True)
class Face:
    """One font file: its name in the page's font folder, and the family, weight and style that figures ask for."""

    file: str
    family: str
    weight: int = 400
    is_italic: bool = False

    @property
    def style(self) -> str:
        """The CSS font style."""
        return "italic" if self.is_italic else "normal"


def _noto(script: str, family: str) -> tuple[Face, ...]:
    return (
        Face(f"noto-sans-{script}-400-normal.woff2", family),
        Face(f"noto-sans-{script}-600-normal.woff2", family, weight=600),
        Face(f"noto-sans-{script}-400-italic.woff2", family, is_italic=True),
    )


FACES: Final = (
    *_noto("latin", "Corridor Latin"),
    *_noto("latin-ext", "Corridor Latin Ext"),
    *_noto("cyrillic", "Corridor Cyrillic"),
    *_noto("cyrillic-ext", "Corridor Cyrillic Ext"),
    Face("vazirmatn-arabic-400-normal.woff2", "Corridor Arabic"),
    Face("vazirmatn-arabic-600-normal.woff2", "Corridor Arabic", weight=600),
)
"""The fonts of figures: Noto Sans by script, and Vazirmatn for Persian."""


def families(lang: str) -> list[str]:
    """Return the families of a language in the order in which they are tried for a letter.

    >>> families("fa")[0], families("kk")[0]
    ('Corridor Arabic', 'Corridor Latin')
    """
    found = list(dict.fromkeys(face.family for face in FACES))
    return sorted(found, key=lambda name: name != "Corridor Arabic") if lang == "fa" else found


_FAMILY, _FULL_NAME, _POSTSCRIPT_NAME, _TYPOGRAPHIC_FAMILY = 1, 4, 6, 16
"""Name ids of OpenType's ``name`` table."""


def unpack(folder: Path, target: Path) -> dict[Face, Path]:
    """Write the faces of the page's font ``folder`` as TrueType files into ``target``.

    Raises
    ------
    MissingExtra
        When a font is missing: the front-end assets were not brought.
    """
    from fontTools.ttLib import TTFont  # noqa: PLC0415 -- of the extra [figures]

    made = {}
    for face in FACES:
        if not (folder / face.file).is_file():
            raise MissingExtra(
                f"The font {face.file} is not at {folder}.", hint="Run `make assets`, which brings the page's fonts."
            )
        with TTFont(folder / face.file, recalcTimestamp=False) as font:
            font.flavor = None
            for record in font["name"].names:
                if record.nameID in {_FULL_NAME, _POSTSCRIPT_NAME}:
                    record.string = f"{face.family.replace(' ', '')}-{face.weight}-{face.style}"
                elif record.nameID in {_FAMILY, _TYPOGRAPHIC_FAMILY}:
                    record.string = face.family
            made[face] = target / _unpacked_name(face)
            font.save(made[face], reorderTables=None)
    return made


@contextlib.contextmanager
def unpacked(folder: Path, cache: Path | None = None) -> Iterator[dict[Face, Path]]:
    """Lend the faces of :func:`unpack`, from a folder that keeps them where ``cache`` can be written.

    Kept files are named by what they were made of; without a cache, or with one on a full or read-only disk, they are made
    again each time.
    """
    with contextlib.ExitStack() as stack:
        made: dict[Face, Path] | None = None
        if cache is not None:
            with contextlib.suppress(OSError):
                made = _kept(folder, cache)
        if made is None:
            made = unpack(folder, Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="corridormap-fonts-"))))
        yield made


def _kept(folder: Path, cache: Path) -> dict[Face, Path]:
    sha = hashlib.sha256(repr(FACES).encode())
    for face in FACES:
        sha.update((folder / face.file).read_bytes() if (folder / face.file).is_file() else b"")
    kept = cache / f"fonts-{sha.hexdigest()[:12]}"
    if not kept.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as aside:
            (Path(aside) / "made").mkdir()
            unpack(folder, Path(aside) / "made")
            with contextlib.suppress(OSError):  # another process was faster
                (Path(aside) / "made").rename(kept)
    return {face: kept / _unpacked_name(face) for face in FACES}


def _unpacked_name(face: Face) -> str:
    return f"{face.file.removesuffix('.woff2')}.ttf"


def font_faces(folder: Path, texts: Iterable[str]) -> str:
    """Return CSS ``@font-face`` rules that hold the letters of ``texts``, and no others; a face without any is left out.

    Joined Arabic forms come with their letters. The same letters give the same bytes.
    """
    from fontTools import subset  # noqa: PLC0415 -- of the extra [figures]

    letters = sorted({ord(sign) for text in texts for sign in text})
    rules = []
    for face in FACES:
        options = subset.Options(flavor="woff2", layout_features=["*"], notdef_outline=True, recalc_timestamp=False)
        with contextlib.closing(subset.load_font(str(folder / face.file), options)) as font:
            held = set(font.getBestCmap())
            wanted = [
                code for code in letters if code in held and (code != ord(" ") or face.family == "Corridor Latin")
            ]
            if not wanted:
                continue
            cutter = subset.Subsetter(options)
            cutter.populate(unicodes=wanted)
            cutter.subset(font)
            packed = io.BytesIO()
            subset.save_font(font, packed, options)
        data = base64.b64encode(packed.getvalue()).decode("ascii")
        rules.append(
            f'@font-face{{font-family:"{face.family}";font-weight:{face.weight};font-style:{face.style};'
            f'src:url("data:font/woff2;base64,{data}") format("woff2")}}'
        )
    return "\n".join(rules)
