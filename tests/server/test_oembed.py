"""Embeds: what editors paste, what publishing systems ask for, and what an address may not do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from lxml import html

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from layers.release import Release

BASE = "http://localhost"


def answer(client: FlaskClient, url: str, more: str = "") -> Any:
    return client.get(f"/oembed?url={quote(url, safe='')}{more}")


def test_a_map_is_embedded_by_its_address(client: FlaskClient, release: Release) -> None:
    told = answer(client, f"{BASE}/m/{release.id}?lang=fa&category=attack&lon=66&lat=40&z=4").get_json()
    assert (told["version"], told["type"]) == ("1.0", "rich")
    assert told["title"] == release.receipt["title"]["fa"]
    tree = html.fragments_fromstring(told["html"])
    assert [node.tag for node in tree] == ["blockquote", "iframe"]
    assert re.fullmatch(r"<blockquote>.*?</blockquote><iframe [^>]*></iframe>", told["html"], re.DOTALL)
    frame = tree[1]
    assert frame.get("src") == f"{BASE}/embed?release={release.id}&category=attack&lang=fa&lon=66&lat=40&z=4"
    assert frame.get("title") == told["title"]
    assert frame.get("loading") == "lazy"
    assert client.get(frame.get("src").removeprefix(BASE)).status_code == 200


def test_the_page_leads_to_its_own_embedding(client: FlaskClient, release: Release) -> None:
    page = html.fromstring(client.get("/?lang=ru&category=attack").get_data(as_text=True))
    (link,) = page.xpath("//link[@type='application/json+oembed']/@href")
    told = client.get(link.removeprefix(BASE)).get_json()
    assert "category=attack" in told["html"]
    (description,) = page.xpath("//meta[@property='og:description']/@content")
    assert release.id in description
    assert page.xpath("//meta[@property='og:url']/@content") == page.xpath("//link[@rel='canonical']/@href")


@pytest.mark.parametrize(
    ("url", "more", "status"),
    [
        ("https://example.org/m/0123456789ab", "", 404),
        (f"{BASE}.example.org/", "", 404),
        (f"{BASE}/data", "", 404),
        (f"{BASE}/m/ffffffffffff", "", 404),
        (f"{BASE}/", "&format=xml", 501),
        (f"{BASE}/", "&maxwidth=-1", 400),
        (f"{BASE}/?category=%3C", "", 400),
    ],
)
def test_what_is_not_ours_is_refused(client: FlaskClient, url: str, more: str, status: int) -> None:
    assert answer(client, url, more).status_code == status


def test_oembed_without_an_address_says_what_it_needs(client: FlaskClient) -> None:
    assert client.get("/oembed").get_json()["parameter"] == "url"


def test_sizes_are_no_larger_than_asked(client: FlaskClient) -> None:
    told = answer(client, f"{BASE}/", "&maxwidth=320&maxheight=99999").get_json()
    assert told["width"] == 320
    assert told["height"] <= 1000


def test_an_editor_writes_title_and_alternative_text(client: FlaskClient) -> None:
    told = client.get("/share.json?lang=en&title=My+%3Cb%3E+%22map%22&alt=Seen+from+above&legend=off").get_json()
    (frame,) = html.fragments_fromstring(told["snippet"])[:1]
    assert frame.get("title") == 'My <b> "map"'
    assert "legend=off" in frame.get("src")
    page = html.fromstring(client.get(frame.get("src").removeprefix(BASE)).get_data(as_text=True))
    assert page.get_element_by_id("alt").text == "Seen from above"
    assert page.xpath("//footer/strong")[0].text == 'My <b> "map"'
    assert page.xpath("//details[contains(@class, 'embed-legend')]/@hidden")


def test_alternative_text_says_what_where_how_many_and_when(client: FlaskClient, release: Release) -> None:
    alt = client.get("/share.json?lang=en").get_json()["alt"]
    assert release.receipt["title"]["en"] in alt
    assert f"incidents: {release.receipt['layers']['incidents']['count']}" in alt
    assert re.search(r"dates: \d{4}–\d{4}", alt)
    # Each sentence begins as one; what is known to a region alone is not said of each of its states.
    assert all(sentence[0].isupper() for sentence in alt.split(". "))
    rows = client.get("/list?layer=incidents").get_json()["rows"]
    told = {row["area"]["en"] for row in rows if row.get("where_prec", 7) == 6}
    (states,) = re.findall(r"where: ([^;]+);", alt)
    assert told
    assert told <= set(states.split(", "))
    assert "Kyrgyzstan" not in states
    assert "Таджикистан" in client.get("/share.json?lang=ru").get_json()["alt"]
    assert client.get("/share.json?lang=en&category=arrest").get_json()["alt"] != alt


@pytest.mark.parametrize(
    ("query", "parameter"), [("title=" + "x" * 3000, "title"), ("legend=maybe", "legend"), ("controls=1", "controls")]
)
def test_switches_that_make_no_sense_are_refused(client: FlaskClient, query: str, parameter: str) -> None:
    for path in ("/embed", "/share.json"):
        refused = client.get(f"{path}?{query}")
        assert refused.status_code == 400
        assert refused.get_json()["parameter"] == parameter


def test_screen_readers_get_the_objects_as_tables(client: FlaskClient) -> None:
    page = html.fromstring(client.get("/embed?lang=en").get_data(as_text=True))
    tables = page.xpath("//div[@class='unseen']/table")
    assert tables
    assert all(table.xpath("caption") and table.xpath("tbody/tr/th[@scope='row']") for table in tables)
