"""PDFs: their text and what they say of themselves, taken out in a child process with limits."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.errors import UnreadableArticle

__all__ = ["ExtractedPdf", "PdfLimits", "extract_pdf"]

_PROCESS = Path(__file__).with_name("pdf_process.py")


@dataclass(frozen=True, slots=True)
class PdfLimits:
    """What reading one PDF may cost before it is given up; ``pages`` is how long an article may be.

    ``cpu_s`` are seconds of a processor, ``timeout_s`` those of a clock: so many more that a machine busy with other things
    does not decide which articles can be read.
    """

    pages: int = 300
    memory_mb: int = 1_000
    cpu_s: int = 60
    timeout_s: float = 300.0


@dataclass(frozen=True, slots=True)
class ExtractedPdf:
    """The text of a PDF, pages parted by an empty line; title and author as the file's own data say, else ``None``."""

    text: str
    pages: int
    title: str | None
    author: str | None


def extract_pdf(content: bytes, name: str, limits: PdfLimits | None = None) -> ExtractedPdf:
    """Return the text of a PDF; ``name`` is what to call it in errors.

    Raises
    ------
    UnreadableArticle
        It is encrypted, damaged, empty, without text, too long, or costs more than its limits.
    """
    limits = limits or PdfLimits()
    answer = _ask(content, name, limits)
    fault = answer.get("fault")
    if fault is None:
        return ExtractedPdf(answer["text"], answer["pages"], answer["title"], answer["author"])
    message, hint = {
        "encrypted": ("is encrypted.", "Open it with its password and save it without one."),
        "damaged": ("is damaged or cut short.", "Fetch it again, or save its text as a .txt file."),
        "empty": ("holds no text.", "Name a PDF that holds the article's text."),
        "images": ("holds images only, no text.", "Run text recognition (OCR) over it first, such as ocrmypdf."),
        "pages": (
            f"has {answer.get('pages')} pages; an article has at most {limits.pages}.",
            "Cut out the article's own pages.",
        ),
        "memory": (f"needs more than {limits.memory_mb} MB to be read.", "Save its text as a .txt file."),
        "time": (f"takes more than {limits.cpu_s} s to be read.", "Save its text as a .txt file."),
        "wait": (f"has not been read within {limits.timeout_s:g} s.", "Try again when the machine is less busy."),
    }[fault]
    raise UnreadableArticle(f"{name} {message}", hint=hint)


def _ask(content: bytes, name: str, limits: PdfLimits) -> dict[str, Any]:
    """Return the child's answer, or ``{"fault": …}`` for how it ended."""
    command = [
        sys.executable, "-I", str(_PROCESS),
        "--memory-mb", str(limits.memory_mb), "--cpu-s", str(limits.cpu_s), "--pages", str(limits.pages),
    ]  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="corridormap-pdf-") as folder, tempfile.TemporaryFile(dir=folder) as given:
        given.write(content)
        given.seek(0)
        try:
            child = subprocess.Popen(  # noqa: S603 -- our own file, run by our own interpreter
                command,
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env={"PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": folder, "HOME": folder},
                start_new_session=True,
            )
        except OSError as error:
            raise UnreadableArticle(
                f"{name} cannot be read: no process can be started ({error.strerror or error}).",
                hint="Free some memory and try again.",
            ) from error
        try:
            answer, _ = child.communicate(timeout=limits.timeout_s)
        except subprocess.TimeoutExpired:
            return {"fault": "wait"}
        finally:
            _end(child)
    if child.returncode == -signal.SIGXCPU:
        return {"fault": "time"}
    if child.returncode in {-signal.SIGKILL, -signal.SIGABRT}:
        return {"fault": "memory"}
    try:
        found = json.loads(answer)
    except ValueError:
        return {"fault": "damaged"}
    return found if isinstance(found, dict) else {"fault": "damaged"}


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the child and all that it may have started, and let go of its answer."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    if child.stdout is not None:
        child.stdout.close()  # also of one that ended by itself just after its time was up
