"""The commands ``corridormap user add | list | passwd | role | remove``: who may sign in.

A password comes from a prompt, or from standard input where that is no terminal; never from the command line, which other
users of the machine and the shell's history can read.
"""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geo.errors import InvalidAccount, MissingExtra
from layers.store.audit import Event
from layers.store.people import ROLES, PeopleStore, checked_name
from layers.workspace import Workspace
from server.people.clock import now_iso
from server.reading_commands import config_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.store.people import Role

__all__ = ["user"]

_workspace_option = click.option(
    "--workspace",
    type=click.Path(path_type=Path),
    help="Workspace whose store it is, unless CORRIDORMAP_STORE names another one.",
)
_role_choice = click.Choice(ROLES)


@contextmanager
def _people(workspace: Path | None) -> Iterator[PeopleStore]:
    config = config_of(workspace)
    if not config.store:
        Workspace(config.workspace).prepare()
    with PeopleStore.open(config.store_url) as store:
        yield store


def _event(what: str, **detail: Any) -> Event:  # noqa: ANN401 -- JSON
    return Event(now_iso(), None, what, None, detail)


def _new_hash(name: str) -> str:
    """Ask for a password and return its hash."""
    try:
        from server.people import passwords  # noqa: PLC0415 -- list and role need no Argon2
    except ImportError as error:
        raise MissingExtra(
            f"Accounts need {error.name}, which is not installed.",
            hint="Run `pip install 'corridormap[review]'`.",
        ) from error
    if sys.stdin.isatty():
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise InvalidAccount(
                "Standard input holds no password.", hint="Type it at the prompt, or pipe it in as one line."
            )
    passwords.check(password, name)
    return passwords.hashed(password)


@click.group()
def user() -> None:
    """Say who may sign in to review (CORRIDORMAP_REVIEW=1), and as what: reader, reviewer or editor.

    Example: corridormap user add Zahra --role reviewer
    """


@user.command()
@click.argument("name")
@click.option("--role", type=_role_choice, default="reviewer", show_default=True, help="What the person may do.")
@_workspace_option
def add(name: str, role: Role, workspace: Path | None) -> None:
    """Add an account for NAME. The password is asked for, or read from standard input.

    A person who was removed comes back under the same name, with the decisions that stand under it.

    Example: corridormap user add Zahra --role reviewer
    """
    plain = checked_name(name)
    with _people(workspace) as store:
        if (known := store.account(plain)) is not None and known.removed_at is None:
            raise InvalidAccount(
                f"{known.name!r} has an account already.",
                hint="Take another name, or change it with `corridormap user passwd` and `corridormap user role`.",
            )
        account = store.add(plain, role, _new_hash(plain), _event("account-added", name=plain, role=role))
    click.echo(f"{account.name} may sign in as {account.role}.")


@user.command("list")
@_workspace_option
@click.option("--json", "as_json", is_flag=True, help="Print the accounts as JSON.")
def list_accounts(workspace: Path | None, *, as_json: bool) -> None:
    """List all accounts, also of people who were removed: decisions stand under their names.

    Example: corridormap user list --json
    """
    with _people(workspace) as store:
        rows = [
            {"name": each.name, "role": each.role, "added_at": each.added_at, "removed_at": each.removed_at}
            for each in store.accounts()
        ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        state = f"removed {row['removed_at']}" if row["removed_at"] else f"since {row['added_at']}"
        click.echo(f"{row['name']:<24} {row['role']:<10} {state}")
    if not rows:
        click.echo("Nobody may sign in. To add an account: corridormap user add NAME")


@user.command()
@click.argument("name")
@_workspace_option
def passwd(name: str, workspace: Path | None) -> None:
    """Give NAME a new password and end all their sessions. It is asked for, or read from standard input.

    Example: corridormap user passwd Zahra
    """
    with _people(workspace) as store:
        person = store.known(name)
        ended = store.set_password(person.name, _new_hash(person.name), _event("password-changed", name=person.name))
    click.echo(f"{person.name} has a new password; sessions ended: {ended}.")


@user.command()
@click.argument("name")
@click.argument("role", type=_role_choice)
@_workspace_option
def role(name: str, role: Role, workspace: Path | None) -> None:
    """Make NAME a reader, reviewer or editor (ROLE). It holds from their next request on.

    Example: corridormap user role Zahra editor
    """
    with _people(workspace) as store:
        person = store.known(name)
        store.set_role(person.name, role, _event("role-changed", name=person.name, before=person.role, after=role))
    click.echo(f"{person.name} is {role} now.")


@user.command()
@click.argument("name")
@_workspace_option
def remove(name: str, workspace: Path | None) -> None:
    """Let NAME sign in no more and end their sessions. Their decisions stay.

    Example: corridormap user remove Zahra
    """
    with _people(workspace) as store:
        person = store.known(name)
        store.remove(person.name, _event("account-removed", name=person.name))
    click.echo(f"{person.name} can sign in no more.")
