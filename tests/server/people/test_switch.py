"""The switch: what is told when review cannot be switched on, before any worker starts."""

from __future__ import annotations

import importlib
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from geo.errors import InvalidSetting, MissingExtra, UnusableStore, UnwritableWorkspace
from server import reviewing
from server.app import create_app
from server.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from server.config import Config


def without(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a library be one that is not installed."""
    real = importlib.import_module

    def missing(module: str, *rest: Any) -> Any:
        if module == "server.people.switch":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(module, *rest)

    monkeypatch.setattr(importlib, "import_module", missing)


def test_a_missing_extra_is_named(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    without("flask_login", monkeypatch)
    for switching in (lambda: create_app(config), lambda: reviewing.check_config(config)):
        with pytest.raises(MissingExtra, match="needs flask_login") as caught:
            switching()
        assert "pip install 'corridormap[review]'" in caught.value.hint
    assert create_app(replace(config, review=False)), "without review nothing is missed"


def test_serve_says_at_once_what_is_wrong(
    own_small_workspace: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORRIDORMAP_REVIEW", "1")
    key = tmp_path / "secret.key"
    key.write_text("x" * 64)
    key.chmod(0o644)
    monkeypatch.setenv("CORRIDORMAP_SECRET_FILE", str(key))
    before = dict(os.environ)
    result = CliRunner().invoke(main, ["serve", "--port", "1", "--workspace", str(own_small_workspace.path)])
    os.environ.update(before)
    assert result.exit_code == 1
    assert (
        result.stderr
        == f"corridormap: The key file {key} is open to other users of this machine. Run `chmod 600 {key}`.\n"
    )


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"secret": "{folder}"}, UnwritableWorkspace),
        ({"store": "sqlite:///{folder}/missing/x.sqlite"}, UnusableStore),
        ({"public_url": "http://maps.example.org"}, InvalidSetting),
        ({"host": "192.0.2.1"}, InvalidSetting),
    ],
)
def test_what_cannot_be_used_is_told(
    changes: dict[str, str], error: type[Exception], config: Config, tmp_path: Path
) -> None:
    told = {name: value.format(folder=tmp_path) for name, value in changes.items()}
    config.workspace.mkdir()
    with pytest.raises(error) as caught:
        reviewing.check_config(replace(config, **told))  # type: ignore[arg-type]  # all of these are texts
    assert getattr(caught.value, "hint", "")


def test_a_sound_configuration_is_ready(config: Config) -> None:
    config.workspace.mkdir()
    reviewing.check_config(config)
    assert config.secret_file.stat().st_mode & 0o777 == 0o600
