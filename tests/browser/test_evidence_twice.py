"""The evidence panel and the evidence page are drawn by two programs; of every record both say the same, word for word."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from layers.articles.documents.shelf import Passage
from layers.build import build_release
from layers.catalog import Catalog
from layers.workspace import Workspace
from server.app import create_app
from server.config import Config
from tests.layers.test_imported_incidents import imported_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from layers.release import Release

pytestmark = [pytest.mark.browser, pytest.mark.long]

INVENTED = Passage("Nobody asked. ", "An invented <b>sentence</b> & its “proof”.", " \u202eThen it ended.")

BORDERS_COMPARED = 12
"""Borders are hundreds and say all the same kinds of things."""

SAID = """async records => {
  const own = document.querySelector('script[type=module][src]').src;
  const { renderRecord } = await import(new URL('evidence_parts.mjs', own).href);
  const text = node => node.textContent.replace(/\\s+/g, ''); // what stands in a line of its own needs no space before it
  const all = (root, selector) => [...root.querySelectorAll(selector)];
  const parts = {
    badges: root => all(root, '.badge').map(text),
    gloss: root => all(root, '.gloss').map(text),
    facts: root => all(root, '.facts > dt').map(term => [text(term), text(term.nextElementSibling)]),
    cards: root => all(root, '.card').map(card => [card.className, ...all(card, 'p, h3, h4').map(text)]),
    sources: root => all(root, '.source').map(source => all(source, 'p, h3, blockquote').map(text)),
    others: root => all(root, '.outside').map(other => all(other, 'p, h3').map(text)),
    notes: root => all(root, ':scope > .note').map(text),
    languages: root => all(root, ':is(.gloss, .card, .source, .outside) [lang]').filter(one => one.matches('p, span, bdi, h3, blockquote'))
      .map(one => [one.lang, one.dir, text(one)]),
    links: root => all(root, ':is(.card, .source, .outside, .facts) a').map(link => [text(link), new URL(link.href).pathname + new URL(link.href).hash]),
    cite: root => all(root, 'p[lang=en]').map(text).filter(said => said.includes('“')).slice(-1),
  };
  const said = root => {
    for (const button of all(root, 'button')) button.remove();
    return Object.fromEntries(Object.entries(parts).map(([name, read]) => [name, read(root)]));
  };
  return records.map(({ record, page }) => {
    const panel = document.createElement('div');
    panel.append(...renderRecord(record).flat(Infinity).filter(Boolean));
    const main = new DOMParser().parseFromString(page, 'text/html').querySelector('main');
    main.querySelector('footer').remove();
    for (const note of all(main, 'h2 + .note')) note.remove(); // under a heading there, under a summary here
    for (const note of all(panel, 'summary + .note')) note.remove();
    return [said(panel), said(main)];
  });
}"""


def records_of(client: FlaskClient, release: Release, lang: str) -> Iterator[dict[str, Any]]:
    """Every record of the map, of borders the first ones and those that are disputed, each with its page."""
    for layer in release.catalog.exported:
        if layer.role == "base" and layer.id != "borders":
            continue
        records = list(release.features(layer.id).records())
        if layer.id in {"borders", "border_segments"}:
            records = records[:BORDERS_COMPARED] + [each for each in records if each.get("status") == "line_of_control"]
        for record in records:
            address = f"/evidence/{record['id']}"
            told = client.get(address, headers={"Accept": "application/json"})
            page = client.get(f"{address}?lang={lang}", headers={"Accept": "text/html"})
            assert told.status_code == page.status_code == 200, address
            yield {"record": json.loads(told.data), "page": page.get_data(as_text=True)}


def compare(page: Any, records: list[dict[str, Any]]) -> set[str]:
    """Hold panel and page of each record together; return which kinds of things were said at all."""
    both = {each["record"]["id"]: pair for each, pair in zip(records, page.evaluate(SAID, records), strict=True)}
    differing = [
        f"{id_}: {name}\n panel: {panel[name]}\n  page: {written[name]}"
        for id_, (panel, written) in both.items()
        for name in panel
        if panel[name] != written[name]
    ]
    assert not differing, "\n".join(differing[:20])
    return {name for panel, _ in both.values() for name, said in panel.items() if said}


@pytest.mark.parametrize("lang", [pytest.param("en", marks=pytest.mark.slow), "fa"])
def test_of_every_record_of_the_release(
    at: Callable[..., Any], app: Flask, release: Release, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    """Half of the sentences are at hand, the others are not."""
    monkeypatch.setattr(
        "server.passages.read_passage", lambda _workspace, _sha, start, _end: INVENTED if start % 2 else None
    )
    page = at(lang=lang).page
    records = list(records_of(app.test_client(), release, lang))
    assert len(records) > 60
    assert compare(page, records) == {
        "badges", "gloss", "facts", "cards", "sources", "others", "notes", "languages", "links", "cite",
    }  # fmt: skip


@pytest.fixture(scope="module")
def imported(catalog: Catalog, root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[FlaskClient, Release]:
    folder = tmp_path_factory.mktemp("imported")
    workspace = Workspace(folder / "workspace")
    release, _ = build_release(workspace, root, Catalog.of(catalog["borders"]), imported=imported_from(folder))
    return create_app(Config(workspace=workspace.path, root=root, private=True)).test_client(), release


@pytest.mark.parametrize("lang", [pytest.param("en", marks=pytest.mark.slow), "fa"])
def test_of_records_of_data_sets(at: Callable[..., Any], imported: tuple[FlaskClient, Release], lang: str) -> None:
    records = [each for each in records_of(*imported, lang) if "imported" in each["record"]["id"]]
    assert len(records) > 2
    assert "others" in compare(at(lang=lang).page, records)
