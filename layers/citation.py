"""Citation: what is to be cited of a release, as CSL-JSON items, and these as BibTeX, RIS and plain text.

A release, one of its layers, one of its objects or a filtered view is cited as a data set, followed by the articles that it
rests on.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from geo.errors import MalformedFilter
from layers.filter import Filter
from layers.imprint import attribution

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from layers.imprint import Imprint
    from layers.release import Release

    Entry = Mapping[str, Any]

__all__ = ["article_entry", "articles_of", "bibtex", "caption", "csl", "dataset_entry", "json_ld", "plain", "ris"]


def dataset_entry(
    release: Release, imprint: Imprint, *, id_: str, title: str, address: str, accessed: date, note: str = ""
) -> dict[str, Any]:
    """Return a release, or a part of it, as a CSL-JSON item; ``note`` says which part a filter keeps."""
    year, month, day = (int(part) for part in str(release.receipt["date"]).split("-"))
    whole = release.receipt["title"]["en"]
    found = {
        "id": id_,
        "type": "dataset",
        "title": title,
        "container-title": "" if title == whole else whole,
        "publisher": imprint.publisher,
        "version": release.id,
        "issued": {"date-parts": [[year, month, day]]},
        "accessed": {"date-parts": [[accessed.year, accessed.month, accessed.day]]},
        "URL": address,
        "note": note,
    }
    return {name: value for name, value in found.items() if value}


def article_entry(article: Entry) -> dict[str, Any]:
    """Return an article as a CSL-JSON item, with what is confirmed of it."""
    title = article["title"]
    found = {
        "id": article["id"],
        "type": "article-journal",
        "title": title.get(article["language"]) or title.get("en") or next(iter(title.values())),
        "author": [{"literal": name} for name in article["authors"]],
        "publisher": article["publisher"],
        "issued": article["year"] and {"date-parts": [[article["year"]]]},
        "DOI": article["doi"],
        "URL": article["url"],
        "language": article["language"],
    }
    return {name: value for name, value in found.items() if value}


def articles_of(release: Release, layer_ids: Iterable[str], wanted: Filter, point_of_view: str) -> list[dict[str, Any]]:
    """Return the articles that the features of some layers rest on, sorted by id.

    A layer that cannot obey the filter is taken whole, as the map draws it.
    """
    articles = release.records("articles")
    named: set[str] = set()
    for layer_id in layer_ids:
        features = release.features(layer_id, point_of_view)
        kept = features.select(_obeyed(wanted, layer_id, features.kinds))
        for batch in kept.batches():
            for text in batch:
                named.update(json.loads(text)["properties"].get("articles") or [])
    return [article_entry(articles[name]) for name in sorted(named & set(articles))]


def _obeyed(wanted: Filter, layer_id: str, kinds: Mapping[str, str]) -> Filter:
    try:
        wanted.check(layer_id, kinds)
    except MalformedFilter:
        return Filter()
    return wanted


def plain(entries: Iterable[Entry]) -> str:
    r"""Return entries as sentences, one a line: authors, year, title, container, publisher, version, address, access date.

    >>> plain([{"title": "A map", "publisher": "P", "version": "abc", "issued": {"date-parts": [[2026]]},
    ...         "accessed": {"date-parts": [[2026, 1, 2]]}, "URL": "https://example.org/m/abc"}])
    'A map. 2026. P. Release abc. https://example.org/m/abc (accessed 2026-01-02).\n'
    """
    lines = []
    for entry in entries:
        parts = [", ".join(name["literal"] for name in entry.get("author", [])), str(entry["title"])]
        parts.append(str(entry["issued"]["date-parts"][0][0]) if entry.get("issued") else "")
        parts += [str(entry.get("container-title", "")), str(entry.get("publisher", ""))]
        parts.append(f"Release {entry['version']}" if entry.get("version") else "")
        parts.append(str(entry.get("note", "")))
        where = f"https://doi.org/{entry['DOI']}" if entry.get("DOI") else str(entry.get("URL", ""))
        seen = f" (accessed {_date(entry['accessed'], '-')})" if entry.get("accessed") and where else ""
        lines.append(". ".join(_one_line(part).rstrip(".") for part in [*parts, where + seen] if part) + ".")
    return "".join(f"{line}\n" for line in lines)


def caption(
    release: Release, imprint: Imprint, entries: list[dict[str, Any]], layer_ids: Iterable[str], lang: str
) -> str:
    """Return a caption that is ready to stand under a picture of the map: what, whence, under which terms, and how to cite."""
    receipt = release.receipt
    layers = [release.catalog[name] for name in layer_ids if name in release.catalog]
    title = receipt["title"].get(lang) or receipt["title"]["en"]
    sources = attribution(release, layers)
    return f"{title}. {sources}. {imprint.disclaimer(release, lang)} {plain(entries[:1]).strip()}\n"


def json_ld(release: Release, imprint: Imprint, *, address: str, downloads: Mapping[str, str]) -> dict[str, Any]:
    """Return a release as a schema.org Dataset, for catalogues; ``downloads`` are addresses of GeoJSON files by layer.

    What articles attest says which region it covers and what it is; a release of other layers alone is told by these.
    """
    receipt = release.receipt
    described = [name for name in ("corridors", "incidents") if name in release.catalog] or list(receipt["layers"])
    found = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": address,
        "name": receipt["title"]["en"],
        "alternateName": [receipt["title"][lang] for lang in sorted(receipt["title"]) if lang != "en"],
        "description": " ".join(release.catalog[name].description["en"] for name in described),
        "identifier": f"corridormap release {release.id}",
        "version": release.id,
        "datePublished": receipt["date"],
        "license": receipt["licence"],
        "url": address,
        "isAccessibleForFree": True,
        "inLanguage": sorted(receipt["title"]),
        "publisher": {"@type": "Organization", "name": imprint.publisher},
        **_coverage(release),
        "variableMeasured": sorted(release.catalog[name].title["en"] for name in downloads),
        "distribution": [
            {"@type": "DataDownload", "name": name, "encodingFormat": "application/geo+json", "contentUrl": url}
            for name, url in sorted(downloads.items())
        ],
        "isBasedOn": [_work(article_entry(article)) for _, article in sorted(release.records("articles").items())],
    }
    years = sorted(str(row["date_start"])[:4] for row in _incidents(release) if row.get("date_start"))
    return found | ({"temporalCoverage": f"{years[0]}/{years[-1]}"} if years else {})


def _coverage(release: Release) -> dict[str, Any]:
    """Return the box of what is attested, else of all layers; nothing where no feature has a geometry."""
    boxes = {name: facts["bbox"] for name, facts in release.receipt["layers"].items() if facts["bbox"]}
    attested = [box for name, box in boxes.items() if release.catalog[name].role == "attested"]
    chosen = attested or list(boxes.values())
    if not chosen:
        return {}
    west, south, east, north = (edge(box[side] for box in chosen) for side, edge in enumerate((min, min, max, max)))
    place = {"@type": "Place", "geo": {"@type": "GeoShape", "box": f"{south} {west} {north} {east}"}}
    return {"spatialCoverage": place}


def _incidents(release: Release) -> Iterator[Entry]:
    return release.features("incidents").records() if "incidents" in release.catalog else iter(())


def _work(entry: Entry) -> dict[str, Any]:
    work = {
        "@type": "ScholarlyArticle",
        "name": entry["title"],
        "author": [{"@type": "Person", "name": name["literal"]} for name in entry.get("author", [])],
        "datePublished": str(entry["issued"]["date-parts"][0][0]) if entry.get("issued") else "",
        "sameAs": f"https://doi.org/{entry['DOI']}" if entry.get("DOI") else entry.get("URL", ""),
    }
    return {name: value for name, value in work.items() if value}


def csl(entries: list[dict[str, Any]]) -> str:
    """Return entries as a CSL-JSON document."""
    return json.dumps(entries, ensure_ascii=False, indent=1) + "\n"


_BIBTEX_FIELDS = {
    "title": "title",
    "container-title": "howpublished",
    "publisher": "publisher",
    "version": "version",
    "DOI": "doi",
    "URL": "url",
    "language": "langid",
    "note": "note",
}
_VERBATIM = ("doi", "url")
_BIBTEX_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "%": r"\%", "&": r"\&", "#": r"\#", "_": r"\_", "$": r"\$",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def _bibtex_fields(entry: Entry) -> Iterator[tuple[str, str]]:
    # Braces around each name keep BibTeX from taking one apart that it does not understand.
    if entry.get("author"):
        yield "author", " and ".join("{" + _escaped(name["literal"]) + "}" for name in entry["author"])
    for name, field in _BIBTEX_FIELDS.items():
        if entry.get(name):
            text = _one_line(str(entry[name]))
            yield field, re.sub(r"[{}\\]", "", text) if field in _VERBATIM else _escaped(text)
    if entry.get("issued"):
        yield "year", str(entry["issued"]["date-parts"][0][0])
    if entry.get("accessed"):
        yield "urldate", _date(entry["accessed"], "-")


def _escaped(text: str) -> str:
    return "".join(_BIBTEX_SPECIAL.get(sign, sign) for sign in _one_line(text))


def _date(date: Entry, between: str) -> str:
    return between.join(f"{part:02}" for part in date["date-parts"][0])


def _one_line(text: str) -> str:
    return " ".join(text.split())


def bibtex(entries: list[dict[str, Any]]) -> str:
    r"""Return entries as BibTeX.

    >>> print(bibtex([{"id": "sco/kz", "type": "dataset", "title": "50 % {sure}", "issued": {"date-parts": [[2026]]}}]), end="")
    @misc{sco-kz,
      title = {50 \% \{sure\}},
      year = {2026}
    }
    """
    written = []
    for entry in entries:
        kind = "article" if entry["type"] == "article-journal" else "misc"
        fields = ",\n".join(f"  {name} = {{{text}}}" for name, text in _bibtex_fields(entry))
        written.append(f"@{kind}{{{re.sub(r'[^A-Za-z0-9_-]+', '-', entry['id'])},\n{fields}\n}}\n")
    return "\n".join(written)


_RIS_TAGS = {
    "title": "TI", "container-title": "T2", "publisher": "PB", "version": "ET", "DOI": "DO", "URL": "UR", "language": "LA",
    "note": "N1",
}  # fmt: skip


def ris(entries: list[dict[str, Any]]) -> str:
    r"""Return entries as RIS, each line ended as the format asks for.

    >>> ris([{"id": "a1", "type": "dataset", "title": "A", "issued": {"date-parts": [[2026, 5, 4]]}}])
    'TY  - DATA\r\nID  - a1\r\nTI  - A\r\nPY  - 2026\r\nER  - \r\n'
    """
    lines = []
    for entry in entries:
        lines += [("TY", "JOUR" if entry["type"] == "article-journal" else "DATA"), ("ID", entry["id"])]
        lines += [("AU", name["literal"]) for name in entry.get("author", [])]
        lines += [(tag, entry[name]) for name, tag in _RIS_TAGS.items() if entry.get(name)]
        if entry.get("issued"):
            lines.append(("PY", str(entry["issued"]["date-parts"][0][0])))
        if entry.get("accessed"):
            lines.append(("Y2", _date(entry["accessed"], "/")))
        lines.append(("ER", ""))
    return "".join(f"{tag}  - {_one_line(str(text))}\r\n" for tag, text in lines)
