"""Upload files: where a file lies that was brought in the browser, until it has been read; nothing serves it from there.

Each lies in a folder of its own, ``WORKSPACE/uploads/<id>/``, that only the service may open, under a name without control or
direction signs and with the suffix of what it holds. Once it is read, or cannot be, the folder is gone: its text is on the
shelf, and the file itself is kept nowhere.
"""

from __future__ import annotations

import errno
import hashlib
import re
import secrets
import shutil
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from geo.errors import RefusedUpload, UnreadableArticle, UnwritableWorkspace
from layers.articles.documents.kinds import SUFFIX_OF, Kind, kind_of

if TYPE_CHECKING:
    from layers.workspace import Workspace

__all__ = ["Received", "discard", "file_of", "folder_of", "full", "receive", "shown_name"]

_CHUNK_BYTES = 1 << 20
_LONGEST_NAME = 80
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Received:
    """A file as it was received: its id, name, kind, sha256 and size."""

    id: str
    name: str
    kind: Kind
    sha256: str
    size_bytes: int


def folder_of(workspace: Workspace) -> Path:
    """Return the folder of all uploads."""
    return workspace.path / "uploads"


def shown_name(name: str) -> str:
    r"""Return a file's name as it may be shown and stored: no folders, no control or direction signs, not too long.

    Examples
    --------
    >>> shown_name("C:\\maps\\..\\Гиндукуш.pdf"), shown_name("../../etc/passwd"), shown_name("a\u202efdp.exe")
    ('Гиндукуш.pdf', 'passwd', 'afdp.exe')
    """
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(
        sign for sign in unicodedata.normalize("NFC", last) if sign == "\u200c" or unicodedata.category(sign)[0] != "C"
    )
    plain = " ".join(re.sub(r'[<>:"|?*]', " ", plain).split()).strip(". ")
    stem, dot, suffix = plain.rpartition(".")
    if dot and len(suffix) <= 8:  # noqa: PLR2004 -- longer is no suffix
        plain = f"{stem[:_LONGEST_NAME].strip()}.{suffix}"
    return plain[: _LONGEST_NAME + 9] or "file"


def receive(workspace: Workspace, stream: IO[bytes], name: str, *, largest_bytes: int) -> Received:
    """Take a file from a stream, if it is of a kind that is read.

    Raises
    ------
    RefusedUpload
        It is too large, of another kind, or the disk is full; nothing of it is kept.
    UnwritableWorkspace
        The workspace cannot be written for another reason.
    """
    shown = shown_name(name)
    upload_id = secrets.token_hex(16)
    folder = folder_of(workspace) / upload_id
    try:
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.mkdir(mode=0o700)
        path = folder / ".received"  # in no backup before it is whole
        sha256, size = _copy(stream, path, largest_bytes, shown)
        kind = kind_of(path, shown)
        path.rename(folder / (Path(shown).stem[:_LONGEST_NAME] + SUFFIX_OF[kind]))
    except UnreadableArticle as error:
        discard(workspace, upload_id)
        raise RefusedUpload(error.message, reason="kind", hint=error.hint) from error
    except OSError as error:
        discard(workspace, upload_id)
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise full(shown) from error
        raise UnwritableWorkspace(
            f"{shown} could not be taken: {error.strerror or error}.", hint="Tell the operator of this service."
        ) from error
    except BaseException:
        discard(workspace, upload_id)
        raise
    return Received(upload_id, shown, kind, sha256, size)


def full(name: str) -> RefusedUpload:
    """Return the error of a disk that is full."""
    return RefusedUpload(
        f"There is no space left for {name}.", reason="space", hint="Tell the operator of this service, and try again."
    )


def _copy(stream: IO[bytes], path: Path, largest_bytes: int, name: str) -> tuple[str, int]:
    sha256, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        path.chmod(0o600)
        while chunk := stream.read(_CHUNK_BYTES):
            size += len(chunk)
            if size > largest_bytes:
                raise RefusedUpload(
                    f"{name} is larger than {largest_bytes / 1e6:.0f} MB.",
                    reason="size",
                    hint="Send a smaller file: of a scanned or illustrated PDF, the article's text is enough.",
                )
            sha256.update(chunk)
            file.write(chunk)
    return sha256.hexdigest(), size


def file_of(workspace: Workspace, upload_id: str) -> Path | None:
    """Return the file of an upload, ``None`` when it is there no more."""
    if not _ID.fullmatch(upload_id):
        return None
    return next((path for path in (folder_of(workspace) / upload_id).glob("*") if path.is_file()), None)


def discard(workspace: Workspace, upload_id: str) -> None:
    """Remove the file of an upload; one that is there no more is removed none the less."""
    if _ID.fullmatch(upload_id):
        shutil.rmtree(folder_of(workspace) / upload_id, ignore_errors=True)
