"""Progress: what a long command shows on a terminal, and nowhere else."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["counted", "counted_features", "stages_shown"]


@contextmanager
def stages_shown() -> Iterator[Callable[[str], None]]:
    """Show the step at work on a terminal; say nothing in a pipe."""
    from rich.console import Console  # noqa: PLC0415 -- what serves prints no progress

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status("starting") as shown:
        yield lambda step: shown.update(f"{step} …")


@contextmanager
def counted(what: str, total: int) -> Iterator[Callable[[], None]]:
    """Show how many of ``total`` are done on a terminal; say nothing in a pipe, or of a single one."""
    from rich.console import Console  # noqa: PLC0415 -- as above
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    console = Console(stderr=True)
    if not console.is_terminal or total < 2:  # noqa: PLR2004 -- one is no row
        yield lambda: None
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)


@contextmanager
def counted_features(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show how many of ``total`` features are written on a terminal; say nothing in a pipe, or of a few."""
    from rich.console import Console  # noqa: PLC0415 -- as above
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    console = Console(stderr=True)
    if not console.is_terminal or total < 10_000:  # noqa: PLR2004 -- done before anything could be read
        yield lambda _: None
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda written: progress.advance(task, written)
