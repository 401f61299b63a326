"""Secret: the key that signs session cookies and the tokens of forms, in a file of its own."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import tempfile
from pathlib import Path

from geo.errors import InvalidSetting, UnwritableWorkspace

__all__ = ["read_secret"]

_SHORTEST = 32
_NEW = 48


def read_secret(path: Path) -> str:
    """Return the key of a file; make the file where there is none.

    Of several processes that start at once one makes it, and all read the same.

    Raises
    ------
    InvalidSetting
        The file holds too short a key, or other users of the machine may read it.
    UnwritableWorkspace
        It cannot be read or made.
    """
    try:
        if not path.exists():
            _make(path)
        mode = path.stat().st_mode
        key = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        raise UnwritableWorkspace(
            f"The key file {path} cannot be used: {error.strerror or error}.",
            hint="Mend its permissions, or name another file with CORRIDORMAP_SECRET_FILE.",
        ) from error
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        raise InvalidSetting(
            f"The key file {path} is open to other users of this machine.", hint=f"Run `chmod 600 {path}`."
        )
    if len(key) < _SHORTEST:
        raise InvalidSetting(
            f"The key file {path} holds fewer than {_SHORTEST} characters.",
            hint="Remove it, and a new key is made; everybody signs in again.",
        )
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".secret-")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(_NEW) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            Path(path).hardlink_to(name)  # unlike a rename it takes the place of no other's
    finally:
        Path(name).unlink()
