"""Pages before any browser: policy, configuration, languages, addresses."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from server import pages
from server.app import create_app
from server.config import Config
from server.static_files import STATIC

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from layers.release import Release
    from layers.workspace import Workspace


def config_of(page: str) -> dict[str, Any]:
    match = re.search(r'<script type="application/json" id="map-config">(.*?)</script>', page, re.DOTALL)
    assert match
    found: dict[str, Any] = json.loads(match.group(1))
    return found


@pytest.mark.parametrize("path", ["/", "/embed"])
def test_a_page_carries_attribution_disclaimer_release_and_citation_terms(
    client: FlaskClient, release: Release, path: str
) -> None:
    config = config_of(client.get(path).text)
    assert config["release"] == release.id
    assert "Natural Earth" in config["attribution"]
    assert "imply no opinion of the publisher of this map" in config["disclaimer"]
    assert config["borders_as_of"]
    assert config["licence"]
    assert {row["id"] for row in config["layers"]} == set(release.layer_ids)
    assert sum(row["count"] for row in config["categories"]) == release.receipt["layers"]["incidents"]["count"]


@pytest.mark.parametrize("path", ["/", "/embed"])
def test_a_page_brings_every_word_that_its_scripts_ask_for(client: FlaskClient, path: str) -> None:
    match = re.search(r'id="map-strings">(.*?)</script>', client.get(path).text, re.DOTALL)
    assert match
    words = json.loads(match[1])
    folders = (STATIC, STATIC / "published", STATIC / "single_file")
    scripts = "".join(file.read_text(encoding="utf-8") for folder in folders for file in folder.glob("*.mjs"))
    asked = set(re.findall(r"\b(?:t|hasText|heading|note|key)\('([\w.-]+)'\)", scripts))
    assert len(asked) > 60
    assert asked <= set(words)
    begun = {key.partition(".")[0] for key in re.findall(r"`([\w.]+)\.\$\{", scripts)}
    assert not begun & pages.ELSEWHERE
    assert not any(key.startswith(("review.", "login.")) for key in words)


def test_the_map_page_has_a_strict_policy(client: FlaskClient) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'self'" in policy
    page = client.get("/").text
    assert not re.search(r"\sstyle=|\son[a-z]+=", page)
    assert not re.search(r"<script(?![^>]*(src=|application/json))", page)


def test_an_embed_may_be_framed_where_the_operator_allows(workspace: Workspace, root: Path) -> None:
    config = Config(workspace=workspace.path, root=root, frame_ancestors="https://news.example.org")
    client = create_app(config).test_client()
    assert "frame-ancestors 'self' https://news.example.org" in client.get("/embed").headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in client.get("/").headers["Content-Security-Policy"]


@pytest.mark.parametrize(("lang", "direction"), [("en", "ltr"), ("fa", "rtl"), ("ru", "ltr"), ("kk", "ltr")])
def test_a_page_speaks_the_language_asked_for(client: FlaskClient, lang: str, direction: str) -> None:
    page = client.get(f"/?lang={lang}").text
    assert f'lang="{lang}"' in page
    assert f'dir="{direction}"' in page
    assert config_of(page)["lang"] == lang
    wished = client.get("/", headers={"Accept-Language": f"{lang}, en;q=0.5"}).text
    assert config_of(wished)["lang"] == lang


def test_without_javascript_every_object_can_be_opened(client: FlaskClient, release: Release) -> None:
    page = client.get("/").text
    for layer_id in ("incidents", "corridors", "context_corridors"):
        for feature_id in release.table(layer_id)["id"]:
            assert f"/evidence/{feature_id}" in page


def test_the_publishers_name_stands_in_every_notice(workspace: Workspace, root: Path) -> None:
    config = Config(workspace=workspace.path, root=root, publisher="The Example Gazette", contact="desk@example.org")
    client = create_app(config).test_client()
    page = config_of(client.get("/").text)
    assert "no opinion of The Example Gazette" in page["disclaimer"]
    assert page["contact"] == "desk@example.org"
    export = client.get("/export/borders.geojson").get_json(force=True)
    assert "The Example Gazette" in export["disclaimer"]
    assert export["contact"] == "desk@example.org"
    assert client.get("/tiles/borders.json").get_json(force=True)["contact"] == "desk@example.org"


@pytest.mark.parametrize("strips", [True, False])
def test_a_path_prefix_works_whether_or_not_the_proxy_strips_it(
    workspace: Workspace, root: Path, *, strips: bool
) -> None:
    public = "https://maps.example.org/corridors"
    client = create_app(Config(workspace=workspace.path, root=root, public_url=public)).test_client()
    prefix = "" if strips else "/corridors"
    config = config_of(client.get(f"{prefix}/").text)
    assert config["base_url"] == "/corridors"
    assert config["style_urls"]["dark"].startswith("/corridors/style.json")
    style = client.get(f"{prefix}/style.json").get_json(force=True)
    for source in style["sources"].values():
        assert all(address.startswith(f"{public}/tiles/") for address in source.get("tiles", []))
    (address,) = client.get(f"{prefix}/tiles/borders.json").get_json(force=True)["tiles"]
    assert address.startswith(f"{public}/tiles/")


def test_a_proxys_headers_are_believed_only_when_the_operator_says_so(workspace: Workspace, root: Path) -> None:
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example.org"}
    plain = create_app(Config(workspace=workspace.path, root=root)).test_client()
    assert "evil" not in plain.get("/tiles/borders.json", headers=forwarded).text
    trusting = create_app(Config(workspace=workspace.path, root=root, trust_proxy=True)).test_client()
    assert "https://evil.example.org/tiles/" in trusting.get("/tiles/borders.json", headers=forwarded).text


def test_assets_may_be_used_by_a_sandboxed_embed_and_kept_for_ever(client: FlaskClient) -> None:
    page = client.get("/embed").text
    (address,) = re.findall(r'src="([^"]*embed\.mjs[^"]*|[^"]*app\.mjs[^"]*)"', page)[:1]
    with client.get(address) as answer:
        assert answer.status_code == 200
        assert answer.data
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "immutable" in answer.headers["Cache-Control"]
    assert client.get("/style.json").headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "path",
    ["/ogc/collections/incidents/items", "/export/incidents.geojson", "/tiles/latest/borders/3/5/3.mvt", "/style.json"],
)
def test_a_page_of_another_site_may_ask_whether_it_has_what_is_there(client: FlaskClient, path: str) -> None:
    asked = {
        "Origin": "https://journal.example.org",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }
    answer = client.options(path, headers=asked)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD"
    assert answer.headers["Access-Control-Allow-Headers"] == "*"


def test_the_style_names_no_other_host_and_the_pinned_release(client: FlaskClient, release: Release) -> None:
    text = client.get("/style.json?lang=fa&theme=dark").text
    assert release.id in text
    assert re.findall(r"https?://(?!localhost)", text) == []


@pytest.mark.parametrize("path", ["/data", "/evidence/inc04", "/nowhere"])
def test_pages_without_script_have_a_policy_too(client: FlaskClient, path: str) -> None:
    policy = client.get(path, headers={"Accept": "text/html"}).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy


@pytest.mark.parametrize("host", ["a.example; script-src *", "a.example/<script>", "a b"])
def test_a_host_that_is_none_gets_no_page(client: FlaskClient, host: str) -> None:
    answer = client.get("/embed", headers={"Host": host})
    assert answer.status_code == 400
    assert "script-src *" not in answer.headers.get("Content-Security-Policy", "")


def test_an_embed_under_a_path_names_its_origin_in_the_policy(workspace: Workspace, root: Path) -> None:
    config = Config(workspace=workspace.path, root=root, public_url="https://maps.example.org/corridors")
    policy = create_app(config).test_client().get("/embed").headers["Content-Security-Policy"]
    assert "script-src 'self' https://maps.example.org " in policy
    assert "corridors" not in policy


def test_corridors_that_rest_on_a_suspect_number_are_told_to_the_map(client: FlaskClient, release: Release) -> None:
    doubts = config_of(client.get("/").text)["doubts"]
    claims = release.records("claims")
    for record in release.columns("corridors").records():
        is_suspect = any(claims[id_]["integrity"] == "suspect" for id_ in record["claims"] or [])
        assert (record["id"] in doubts) >= is_suspect
    assert doubts["a1"] in {"suspect", "conflict"}


def test_an_empty_tile_may_be_read_by_a_sandboxed_embed_too(client: FlaskClient, release: Release) -> None:
    answer = client.get(f"/tiles/{release.id}/corridors,corridor_marks/2/1/1.mvt")
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("address", "theme", "styles"),
    [
        ("/", "auto", {"light", "dark"}),
        ("/?theme=dark", "dark", {"dark"}),
        ("/embed", "light", {"light"}),
        ("/embed?theme=auto", "auto", {"light", "dark"}),
    ],
)
def test_the_readers_system_decides_the_theme_of_a_page_and_the_editor_that_of_an_embed(
    client: FlaskClient, address: str, theme: str, styles: set[str]
) -> None:
    text = client.get(address).text
    assert f'data-theme="{theme}"' in text
    config = config_of(text)
    assert (config["theme"], set(config["style_urls"])) == (theme, styles)
    for each, url in config["style_urls"].items():
        assert client.get(url).get_json(force=True)["metadata"]["theme"] == each


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "Made with"), ("fa", "ساخته‌شده با"), ("ru", "Сделано на основе"), ("kk", "негізінде")]
)
def test_the_attribution_speaks_the_readers_language(client: FlaskClient, lang: str, said: str) -> None:
    attribution = config_of(client.get(f"/?lang={lang}").text)["attribution"]
    assert said in attribution
    assert "Natural Earth" in attribution
    assert "GeoNames (geonames.org, CC BY 4.0)" in attribution
