"""What is on the map, and what it rests on.

The middle floor: imports ``geo``, never ``server``. Reads the coverage records, makes each layer's features from them
and from the data sets, and binds them into immutable releases. Nothing here knows HTTP.

:func:`open_release` is the door for Python: each layer of a release as a GeoDataFrame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from layers.opened import OpenRelease

__all__ = ["open_release"]


def open_release(folder: str | Path, release: str = "latest", *, point_of_view: str = "neutral") -> OpenRelease:
    """Open a release of a workspace, or the folder of one; see :func:`layers.opened.open_release`."""
    # Who serves imports this package and must load nothing that only this door needs.
    from layers import opened  # noqa: PLC0415

    return opened.open_release(folder, release, point_of_view=point_of_view)
