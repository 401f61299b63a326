"""Who reads whole articles: everybody those of an open licence, reviewers all that are filed."""

from __future__ import annotations

import dataclasses
import shutil
from typing import TYPE_CHECKING

import pytest

from server import passages

if TYPE_CHECKING:
    from layers.store.people import Role
    from layers.workspace import Workspace
    from server.config import Config
    from tests.server.people.browsers import Browser

WHOLE = "A whole article, all of it invented."


@pytest.fixture
def config(workspace: Workspace, config: Config) -> Config:
    shutil.copytree(workspace.path, config.workspace)
    return dataclasses.replace(config, text="full")


def test_a_reviewer_reads_an_article_whose_licence_is_not_known(
    signed_in: dict[Role, Browser], browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passages, "filed_text", lambda *_: WHOLE)
    path = "/articles/kaznu-drugs"
    for stranger in (browser, signed_in["reader"]):
        answer = stranger.get(path)
        assert WHOLE not in answer.text
    for role in ("reviewer", "editor"):
        answer = signed_in[role].get(path)
        assert WHOLE in answer.text
        assert answer.headers["Cache-Control"] == "private, no-store"
