"""Takes the text out of one PDF, in a process of its own: PDF on standard input, JSON on standard output.

Run as a file by :mod:`layers.articles.documents.pdf`, in an isolated interpreter, so it imports nothing of the project. Whatever a
damaged or hostile PDF does, it does to this process: it may use so much memory and so many seconds, and write no file.

The answer is ``{"pages", "text", "title", "author"}`` or ``{"fault": …}`` with one of ``encrypted``, ``damaged``,
``empty``, ``images``, ``pages`` (then with ``pages``), ``memory``.
"""

from __future__ import annotations

import argparse
import ctypes
import io
import json
import math
import re
import resource
import sys
import unicodedata
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

__all__ = ["extract", "logical_line", "main"]

_LONGEST_TEXT = 20_000_000
_FEWEST_LETTERS_A_PAGE = 8
_PAGE_BREAK = "\n\n"

_RTL = "\u0590-\u065f\u066d-\u06ef\u06fa-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_RTL_LETTER = re.compile(f"[{_RTL}]")
_LTR_LETTER = re.compile(f"[^\\W\\d_{_RTL}]")
_BETWEEN_RTL = re.compile(f"[^{_RTL}]+")
_RTL_RUN = re.compile(f"[{_RTL}](?:[^A-Za-z\u00c0-\u04ff]*[{_RTL}])?")
_NUMBER = re.compile(r"\d+(?:[.,:/\u066b\u066c]\d+)*")
_CORE = re.compile(r"\w(?:.*\w)?")
_LAM = "\u0644"
_ALEFS = "\u0622\u0623\u0625\u0627"
_FORMS = re.compile("[\ufb50-\ufdcf\ufdf0-\ufdfc\ufe70-\ufefc]+")
"""Forms that letters take in a word: pictures of letters, which a text has no use for."""
_BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"), ("«", "»"), ("<", ">"))
_MIRRORS = {one: other for left, right in _BRACKETS for one, other in ((left, right), (right, left))}
_MIRRORED = str.maketrans(_MIRRORS)
_BRACKET = re.compile(r"([()\[\]{}«»<>])")
_RTL_SHARE = 3
"""A line runs from right to left, on a page that does, unless it has more than so many letters of other directions for each."""
_SAME_LINE_EM = 0.35
_WORD_GAP_EM = 0.35
_PARAGRAPH = 1.4
"""How many times the usual distance of lines parts paragraphs."""
_GUTTER_EM = 1.0
_FEWEST_LINES_OF_COLUMNS = 6


def main() -> int:
    """Limit this process, read the PDF, answer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memory-mb", type=int, required=True)
    parser.add_argument("--cpu-s", type=int, required=True)
    parser.add_argument("--pages", type=int, required=True)
    arguments = parser.parse_args()
    memory = arguments.memory_mb * 1_000_000
    for what, limit, hard in (
        (resource.RLIMIT_AS, memory, memory),
        # At the hard limit the system kills, as it does for lack of memory; only at the soft one it says why.
        (resource.RLIMIT_CPU, arguments.cpu_s, arguments.cpu_s + 2),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(what, (limit, hard))
    try:
        answer = extract(sys.stdin.buffer.read(), arguments.pages)
        line = json.dumps(answer)
    except MemoryError:
        line = json.dumps({"fault": "memory"})
    sys.stdout.write(line)
    sys.stdout.flush()
    return 0


class _Fault(Exception):
    """Why a PDF cannot be read, in one word, and how many pages it has where that is why."""

    def __init__(self, fault: str, pages: int | None = None) -> None:
        super().__init__(fault)
        self.answer = {"fault": fault} | ({} if pages is None else {"pages": pages})


def extract(content: bytes, most_pages: int) -> dict[str, Any]:
    """Return what a PDF holds, or its fault."""
    import logging  # noqa: PLC0415 -- after the limits are set

    from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError  # noqa: PLC0415

    logging.disable(logging.CRITICAL)
    try:
        return _read(content, most_pages)
    except _Fault as fault:
        return fault.answer
    except (DependencyError, FileNotDecryptedError):
        return {"fault": "encrypted"}
    except (MemoryError, LimitReachedError):
        return {"fault": "memory"}
    except Exception:  # noqa: BLE001 -- a parser of damaged files fails in every way there is
        return {"fault": "damaged"}


def _read(content: bytes, most_pages: int) -> dict[str, Any]:
    import pypdf  # noqa: PLC0415 -- after the limits are set

    reader = pypdf.PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise _Fault("encrypted")
    count = len(reader.pages)
    if count > most_pages:
        raise _Fault("pages", count)
    pages = []
    length = 0
    drawn: Any = None
    for number, page in enumerate(reader.pages):
        text = page.extract_text()
        if len(_RTL_LETTER.findall(text)) > len(_LTR_LETTER.findall(text)):
            try:
                drawn = drawn or _drawn(content)
                text = _text_as_seen(drawn[number].get_textpage()) or text
            except MemoryError:
                raise
            except Exception:  # noqa: BLE001 -- what PDFium cannot open pypdf has read, if not as well
                drawn = None
        pages.append(text)
        length += len(pages[-1])
        if length > _LONGEST_TEXT:
            raise _Fault("memory")
    if sum(map(str.isalnum, "".join(pages))) < max(1, _FEWEST_LETTERS_A_PAGE * count):
        raise _Fault("images" if _has_images(reader) else "empty")
    return {"pages": count, "text": _PAGE_BREAK.join(pages), **_information(reader)}


class _Glyph(NamedTuple):
    """What is drawn at one place: a letter, or the letters of a ligature; in points, y upwards. ``word`` counts words of the page."""

    text: str
    word: int
    left: float
    right: float
    y: float
    em: float


def _drawn(content: bytes) -> Any:  # noqa: ANN401 -- pypdfium2 is imported late
    import pypdfium2  # noqa: PLC0415 -- after the limits are set

    return pypdfium2.PdfDocument(content)


def _text_as_seen(page: Any) -> str:  # noqa: ANN401 -- as above
    """Return the text of a page that runs from right to left, from where its glyphs stand on the paper; ``""`` where it has none.

    The order in which producers write such letters is their own: browsers write them from left to right, cairo the other way, and
    what undoes the one spoils the other. Where they stand is the same for all: a line is what stands side by side, and is read as
    :func:`logical_line` says. Where a page has two columns the right one comes first.
    """
    glyphs = _glyphs(page)
    if not glyphs:
        return ""
    em = median(glyph.em for glyph in glyphs)
    lines = _lines(glyphs, em)
    gutter = _gutter(lines, em)
    texts: list[str] = []
    for block in _blocks(lines, gutter):
        usual = median([above[0].y - below[0].y for above, below in pairwise(block)] or [0.0])
        for index, line in enumerate(block):
            if index and usual > 0 and block[index - 1][0].y - line[0].y > _PARAGRAPH * usual:
                texts.append("")
            texts.append(logical_line(_seen(line, em)))
        texts.append("")
    text = "\n".join(texts).strip()
    return _FORMS.sub(lambda forms: unicodedata.normalize("NFKC", forms[0]), text)


def _glyphs(page: Any) -> list[_Glyph]:  # noqa: ANN401 -- pypdfium2 is imported late
    """Return what is drawn on a page. PDFium tells words apart well, where the spaces between them stand it does not tell."""
    from pypdfium2 import raw  # noqa: PLC0415 -- as above

    glyphs: list[_Glyph] = []
    word = 0
    box, matrix = raw.FS_RECTF(), raw.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    origin = None
    for index in range(page.count_chars()):
        code = raw.FPDFText_GetUnicode(page, index)
        letter = chr(code)
        if letter.isspace() or not letter.isprintable():
            word += 1
            continue
        raw.FPDFText_GetLooseCharBox(page, index, box)
        raw.FPDFText_GetCharOrigin(page, index, x, y)
        raw.FPDFText_GetMatrix(page, index, matrix)
        em = raw.FPDFText_GetFontSize(page, index) * math.hypot(matrix.c, matrix.d)
        if glyphs and origin == (x.value, y.value) and _RTL_LETTER.match(letter) and len(glyphs[-1].text) == 1:
            # Two letters drawn at once. Only of lam and alef is it sure in which order they are read.
            pair = glyphs[-1].text + letter
            glyphs[-1] = glyphs[-1]._replace(text=pair[::-1] if pair[0] in _ALEFS and pair[1] == _LAM else pair)
        else:
            glyphs.append(_Glyph(letter, word, box.left, box.right, y.value, em))
        origin = (x.value, y.value)
    return glyphs


def _lines(glyphs: list[_Glyph], em: float) -> list[list[_Glyph]]:
    """Put together what stands side by side, from top to bottom, each line from left to right."""
    lines: list[list[_Glyph]] = []
    for glyph in sorted(glyphs, key=lambda glyph: -glyph.y):
        if lines and lines[-1][0].y - glyph.y < _SAME_LINE_EM * em:
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
    return [sorted(line, key=lambda glyph: glyph.left + glyph.right) for line in lines]


def _gutter(lines: list[list[_Glyph]], em: float) -> float | None:
    """Return where a page is parted into two columns: the x that most lines leave free though they stand on both sides of it."""
    left = min(line[0].left for line in lines)
    right = max(line[-1].right for line in lines)
    best: tuple[int, float] | None = None
    for step in range(35, 66):
        x = left + (right - left) * step / 100
        parted = sum(
            any(a.right < x - _GUTTER_EM * em / 2 and b.left > x + _GUTTER_EM * em / 2 for a, b in pairwise(line))
            for line in lines
        )
        if best is None or parted > best[0]:
            best = (parted, x)
    return best[1] if best and best[0] >= max(_FEWEST_LINES_OF_COLUMNS, len(lines) / 2) else None


def _blocks(lines: list[list[_Glyph]], gutter: float | None) -> list[list[list[_Glyph]]]:
    """Return the lines in blocks in which they follow each other: all, or right column before left between lines across both."""
    if gutter is None:
        return [lines]
    blocks: list[list[list[_Glyph]]] = [[], []]
    for line in lines:
        if any(glyph.left < gutter < glyph.right for glyph in line):
            blocks += [[line], [], []]
            continue
        for block, part in (
            (blocks[-2], [glyph for glyph in line if glyph.left >= gutter]),
            (blocks[-1], [glyph for glyph in line if glyph.left < gutter]),
        ):
            if part:
                block.append(part)
    return [block for block in blocks if block]


def _seen(line: list[_Glyph], em: float) -> str:
    """Return a line as it is seen, left to right, with a space between words and where there is room for one."""
    parts = [line[0].text[::-1]]
    for before, after in pairwise(line):
        if before.word != after.word or after.left - before.right > _WORD_GAP_EM * em:
            parts.append(" ")
        parts.append(after.text[::-1])
    return "".join(parts)


def logical_line(seen: str) -> str:
    """Return a line in the order in which it is read, from the order in which it is seen, left to right.

    The inverse of the bidirectional algorithm (Unicode Standard Annex 9) for a line of one level of embedding: letters from right
    to left are turned around; numbers, and words from left to right with all between them, keep their order.

    >>> logical_line("2019")
    '2019'
    >>> logical_line("(UN) \u062f\u062f\u0639 12.5") == "12.5 \u0639\u062f\u062f (UN)"
    True
    """
    if _RTL_SHARE * len(_RTL_LETTER.findall(seen)) < max(1, len(_LTR_LETTER.findall(seen))):
        return _RTL_RUN.sub(lambda run: _turned(run[0]), seen)
    return _turned(seen)


def _turned(seen: str) -> str:
    return _BETWEEN_RTL.sub(lambda run: _between(run[0]), seen[::-1])


def _between(turned: str) -> str:
    """Put what stands between right-to-left letters, turned around, into its own order."""
    if _LTR_LETTER.search(turned) is None:
        return _NUMBER.sub(lambda number: number[0][::-1], turned.translate(_MIRRORED))
    core = _CORE.search(turned)
    assert core is not None  # noqa: S101 -- a letter is a word character
    if any(core[0].count(left) != core[0].count(right) for left, right in _BRACKETS):
        # A bracket parts it: "(UN) 35" is a word in brackets and a number, not one phrase.
        return "".join(_between(part) if part not in _MIRRORS else _MIRRORS[part] for part in _BRACKET.split(turned))
    before, after = turned[: core.start()], turned[core.end() :]
    return before.translate(_MIRRORED) + core[0][::-1] + after.translate(_MIRRORED)


def _information(reader: Any) -> dict[str, str | None]:  # noqa: ANN401 -- pypdf is imported late
    try:
        known = reader.metadata or {}
        return {"title": _text(known.get("/Title")), "author": _text(known.get("/Author"))}
    except Exception:  # noqa: BLE001 -- as above; a text without its title is better than none
        return {"title": None, "author": None}


def _text(value: object) -> str | None:
    return str(value).strip() or None if value is not None else None


def _has_images(reader: Any) -> bool:  # noqa: ANN401 -- as above
    try:
        return any("/XObject" in (page.get("/Resources") or {}) for page in reader.pages)
    except Exception:  # noqa: BLE001 -- as above
        return False


if __name__ == "__main__":
    sys.exit(main())
