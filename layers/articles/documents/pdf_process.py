"""Takes the text out of one PDF, in a process of its own: PDF on standard input, JSON on standard output.

Run as a file by :mod:`layers.articles.documents.pdf`, in an isolated interpreter, so it imports nothing of the project. Whatever a
damaged or hostile PDF does, it does to this process: it may use so much memory and so many seconds, and write no file.

The answer is ``{"pages", "text", "title", "author"}`` or ``{"fault": …}`` with one of ``encrypted``, ``damaged``,
``empty``, ``images``, ``pages`` (then with ``pages``), ``memory``.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import sys
from typing import Any

__all__ = ["extract", "main"]

_LONGEST_TEXT = 20_000_000
_FEWEST_LETTERS_A_PAGE = 8
_PAGE_BREAK = "\n\n"


def main() -> int:
    """Limit this process, read the PDF, answer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memory-mb", type=int, required=True)
    parser.add_argument("--cpu-s", type=int, required=True)
    parser.add_argument("--pages", type=int, required=True)
    arguments = parser.parse_args()
    memory = arguments.memory_mb * 1_000_000
    for what, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, arguments.cpu_s),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
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
    for page in reader.pages:
        pages.append(page.extract_text())
        length += len(pages[-1])
        if length > _LONGEST_TEXT:
            raise _Fault("memory")
    if sum(map(str.isalnum, "".join(pages))) < max(1, _FEWEST_LETTERS_A_PAGE * count):
        raise _Fault("images" if _has_images(reader) else "empty")
    return {"pages": count, "text": _PAGE_BREAK.join(pages), **_information(reader)}


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
