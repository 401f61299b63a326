"""The shelf: article texts filed under their sha256, and the passages that evidence points to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import UnreadableArticle, UnwritableWorkspace
from layers.workspace import Workspace, write_atomically

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FiledText", "Passage", "file_content", "file_text", "filed_text", "read_passage"]

CONTEXT_CHARACTERS = 320
"""How much of the text before and after a passage is shown, at most."""


@dataclass(frozen=True, slots=True)
class FiledText:
    """A text on the shelf: its sha256 (of the file's bytes), its length in characters, and whether it is new there."""

    sha256: str
    length: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of a text with what stands around it; ``text`` is exactly ``article[start:end]``."""

    before: str
    text: str
    after: str


def file_text(workspace: Workspace, path: Path) -> FiledText:
    """File one UTF-8 text under the sha256 of its bytes. Filing it again changes nothing.

    Raises
    ------
    UnreadableArticle
        When the file is missing, empty, binary or not UTF-8.
    UnwritableWorkspace
        When the workspace cannot be written.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableArticle(
            f"{path} cannot be read: {error.strerror or error}.", hint="Name a text file that you may read."
        ) from error
    if not content.strip():
        raise UnreadableArticle(f"{path} is empty.", hint="Name a file that holds the article's text.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableArticle(
            f"{path} is not UTF-8 text (byte {error.start}).", hint="Save it as plain text in UTF-8 and try again."
        ) from error
    if "\0" in text:
        raise UnreadableArticle(f"{path} is binary, not text.", hint="Extract its text to a .txt file first.")
    return file_content(workspace, content, path.name)


def file_content(workspace: Workspace, content: bytes, name: str) -> FiledText:
    """File a text in UTF-8 under the sha256 of its bytes; ``name`` is the file that it came in, for the error.

    Raises
    ------
    UnwritableWorkspace
        When the workspace cannot be written.
    """
    workspace.prepare()
    sha256 = hashlib.sha256(content).hexdigest()
    target = workspace.articles / f"{sha256}.txt"
    is_new = not target.is_file() or target.read_bytes() != content
    if is_new:
        try:
            write_atomically(target, content)
        except OSError as error:
            raise UnwritableWorkspace(
                f"{name} could not be filed: {error.strerror or error}.",
                hint="Free some space or name another folder with --workspace.",
            ) from error
    return FiledText(sha256, len(content.decode("utf-8")), is_new)


def filed_text(workspace: Workspace, sha256: str) -> str | None:
    """Return a filed text, or ``None`` when it is not on the shelf or its bytes no longer have its sha256."""
    try:
        content = (workspace.articles / f"{sha256}.txt").read_bytes()
    except OSError:
        return None
    return content.decode("utf-8") if hashlib.sha256(content).hexdigest() == sha256 else None


def read_passage(workspace: Workspace, sha256: str, start: int, end: int) -> Passage | None:
    """Return the passage ``[start:end]`` of a filed text with its surroundings, or ``None`` when it is not on the shelf.

    Offsets count characters (Python ``str``), ``end`` exclusive. A filed text whose bytes no longer have its sha256 is
    treated as absent: a sentence that may not be the article's is never shown.
    """
    text = filed_text(workspace, sha256)
    if text is None or not 0 <= start < end <= len(text):
        return None
    before = text[max(0, start - CONTEXT_CHARACTERS) : start]
    after = text[end : end + CONTEXT_CHARACTERS]
    if start > CONTEXT_CHARACTERS:
        before = "…" + before[_first_break(before) :]
    if end + CONTEXT_CHARACTERS < len(text):
        after = after[: len(after) - _first_break(after[::-1])] + "…"
    return Passage(before, text[start:end], after)


def _first_break(text: str) -> int:
    """Where the first white space stands, so that no word is shown cut; 0 when there is none."""
    return next((index for index, letter in enumerate(text) if letter.isspace()), 0)
