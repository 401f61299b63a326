"""Doing the same in several threads at the same moment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Part = TypeVar("Part")
Result = TypeVar("Result")


def at_once(do: Callable[[Part], Result], parts: Iterable[Part]) -> list[Result]:
    """Call a function with each part, all at the same moment; return what it gives, and raise the first error of any."""
    given = list(parts)
    begin = threading.Barrier(len(given))

    def begun(part: Part) -> Result:
        begin.wait()
        return do(part)

    with ThreadPoolExecutor(len(given)) as pool:
        return list(pool.map(begun, given))
