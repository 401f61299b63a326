"""`corridormap user`: accounts from the command line, passwords from a prompt or a pipe, settings that would be unsafe."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner, Result

from geo.errors import InvalidSetting
from server.cli import main
from server.config import Config
from server.people import passwords
from server.people.secret import read_secret
from tests.server.people.browsers import WORDS

if TYPE_CHECKING:
    from pathlib import Path

    from layers.workspace import Workspace


def run(tmp_path: Path, *arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(main, ["user", *arguments, "--workspace", str(tmp_path / "ws")], input=given)


def test_an_account_from_beginning_to_end(tmp_path: Path) -> None:
    assert "Nobody may sign in" in run(tmp_path, "list").stdout
    added = run(tmp_path, "add", "  زهرا   کریمی ", "--role", "editor", given=f"{WORDS}\n")
    assert (added.exit_code, added.stdout) == (0, "زهرا کریمی may sign in as editor.\n")
    assert run(tmp_path, "role", "زهرا كريمي", "reader").exit_code == 0, "Arabic letters for Persian ones"
    assert run(tmp_path, "passwd", "زهرا کریمی", given="another four words then\n").exit_code == 0
    assert run(tmp_path, "remove", "زهرا کریمی").exit_code == 0
    rows = json.loads(run(tmp_path, "list", "--json").stdout)
    assert [(row["name"], row["role"], bool(row["removed_at"])) for row in rows] == [("زهرا کریمی", "reader", True)]
    back = run(tmp_path, "add", "زهرا کریمی", given=f"{WORDS}\n")
    assert back.exit_code == 0
    rows = json.loads(run(tmp_path, "list", "--json").stdout)
    assert [(row["role"], row["removed_at"]) for row in rows] == [("reviewer", None)]


@pytest.mark.parametrize(
    ("arguments", "given", "told"),
    [
        (["add", "Ali"], "", "no password"),
        (["add", "Ali"], "short\n", "shorter than 12"),
        (["add", "Ali", "--role", "editor"], "password ali\n", "name or a common password"),
        (["add", "<script>"], f"{WORDS}\n", "cannot be the name"),
        (["add", "a\u202eb"], f"{WORDS}\n", "cannot be the name"),
        (["add", "x" * 65], f"{WORDS}\n", "cannot be the name"),
        (["passwd", "Ali"], f"{WORDS}\n", "has no account"),
        (["role", "Ali", "editor"], "", "has no account"),
        (["remove", "Ali"], "", "has no account"),
    ],
)
def test_bad_input_gets_one_line(arguments: list[str], given: str, told: str, tmp_path: Path) -> None:
    result = run(tmp_path, *arguments, given=given)
    assert result.exit_code == 1
    assert result.stderr.startswith("corridormap: ")
    assert told in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_name_is_given_once(tmp_path: Path) -> None:
    assert run(tmp_path, "add", "Ali", given=f"{WORDS}\n").exit_code == 0
    again = run(tmp_path, "add", "ALI", given=f"{WORDS}\n")
    assert again.exit_code == 1
    assert "'Ali' has an account already" in again.stderr


def test_no_command_takes_a_password_as_an_argument() -> None:
    from server.people.commands import user

    for command in user.commands.values():
        assert not [each.name for each in command.params if "pass" in (each.name or "")]


def test_passwords_of_any_script_are_the_same_however_they_are_composed() -> None:
    known = passwords.hashed("Й" + "одистый калий")
    assert passwords.verified("И\u0306одистый калий", known), "the letter and its breve apart"
    assert not passwords.verified("йодистый калий", known)
    assert not passwords.verified("", known)
    assert not passwords.verified("anything", None)
    assert not passwords.verified("nobody has this password", None)
    assert not passwords.verified("anything", "no hash at all")


def test_a_hash_costs_what_rfc_9106_recommends_and_cheaper_ones_are_renewed(
    monkeypatch: pytest.MonkeyPatch, hashed: str
) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher)
    known = passwords.hashed(WORDS)
    assert known.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.needs_renewal(hashed)
    assert not passwords.needs_renewal(known)
    assert passwords.verified(WORDS, hashed)


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secret.key"
    key = read_secret(path)
    assert len(key) >= 43
    assert read_secret(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(each.name for each in path.parent.iterdir()) == ["secret.key"]
    path.chmod(0o644)
    with pytest.raises(InvalidSetting, match="chmod 600"):
        read_secret(path)
    path.chmod(0o600)
    path.write_text("short\n")
    with pytest.raises(InvalidSetting, match="fewer than 32"):
        read_secret(path)


@pytest.mark.parametrize(
    ("settings", "is_safe"),
    [
        ({}, True),
        ({"CORRIDORMAP_HOST": "localhost"}, True),
        ({"CORRIDORMAP_HOST": "::1"}, True),
        ({"CORRIDORMAP_HOST": "192.0.2.1"}, False),
        ({"CORRIDORMAP_PUBLIC_URL": "http://maps.example.org"}, False),
        ({"CORRIDORMAP_PUBLIC_URL": "https://maps.example.org/corridors"}, True),
        ({"CORRIDORMAP_HOST": "192.0.2.1", "CORRIDORMAP_PUBLIC_URL": "https://maps.example.org"}, True),
        ({"CORRIDORMAP_PUBLIC_URL": "http://localhost:8000"}, True),
    ],
)
def test_nobody_signs_in_in_the_clear(settings: dict[str, str], is_safe: bool) -> None:
    assert Config.from_environment(settings)
    if is_safe:
        assert Config.from_environment({**settings, "CORRIDORMAP_REVIEW": "1"}).review
    else:
        with pytest.raises(InvalidSetting, match="in the clear"):
            Config.from_environment({**settings, "CORRIDORMAP_REVIEW": "1"})


def test_a_host_of_the_command_line_is_looked_at_too(
    tmp_path: Path, small_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORRIDORMAP_REVIEW", "1")
    monkeypatch.setenv("CORRIDORMAP_STORE", f"sqlite:///{tmp_path / 'store.sqlite'}")
    monkeypatch.setenv("CORRIDORMAP_SECRET_FILE", str(tmp_path / "secret.key"))
    before = dict(os.environ)
    result = CliRunner().invoke(
        main,
        ["serve", "--host", "192.0.2.1", "--port", "1", "--workspace", str(small_workspace.path)],
    )
    os.environ.update(before)
    assert result.exit_code == 1
    assert "in the clear" in result.stderr
