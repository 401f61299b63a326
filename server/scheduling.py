"""Scheduling: the option ``--scheduler`` of commands whose work others can share, and the workers that it names."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from geo.errors import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.workers import Workers

__all__ = ["scheduler_option", "workers_of"]


def _checked(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    from layers.cluster.connection import check_scheduler  # noqa: PLC0415 -- only where the option is

    try:
        return check_scheduler(value)
    except InvalidSetting as error:
        raise click.BadParameter(error.hint) from error


scheduler_option = click.option(
    "--scheduler",
    default="none",
    show_default=True,
    callback=_checked,
    metavar="NAME",
    help="Who does the work: none (this process), local (a process for each core), or the address of a Dask scheduler, "
    "tcp://host:8786; needs [cluster].",
)


@contextmanager
def workers_of(scheduler: str) -> Iterator[Workers]:
    """Give the workers that the option names; where there is a dashboard, its address is told on standard error."""
    from layers.cluster.connection import connected  # noqa: PLC0415 -- as above

    with connected(scheduler, tell=lambda address: click.echo(f"Dashboard: {address}", err=True)) as workers:
        yield workers
