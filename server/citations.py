"""Citations: one object of the map, or one article, as BibTeX, RIS and CSL-JSON.

An object is cited as a data set entry of its release, followed by the articles that it rests on.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort

from layers.facts import title_of
from server.answers import REVALIDATE, answer
from server.evidence import find_feature
from server.service import service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from layers.release import Release

    Entry = Mapping[str, Any]

__all__ = ["bibtex", "blueprint", "csl", "ris"]

blueprint = Blueprint("citations", __name__)


@blueprint.get("/cite/<path:record_id>.<form>")
def cite(record_id: str, form: str) -> Response:
    """Answer how to cite an object or an article; a release without such a record answers 404."""
    if form not in _FORMS:
        abort(404, f"There is no form {form[:20]!r} of a citation. Use .bib, .ris or .json.")
    release = service().release()
    write, media_type = _FORMS[form]
    body = write(_entries(release, record_id))
    response = answer(body.encode(), media_type, cache=REVALIDATE)
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", record_id)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def _entries(release: Release, record_id: str) -> list[dict[str, Any]]:
    """Return what is to be cited as CSL-JSON items."""
    articles = release.records("articles")
    if record_id in articles:
        return [_article(articles[record_id])]
    _, feature = find_feature(release, record_id)
    year, month, day = (int(part) for part in str(release.receipt["date"]).split("-"))
    own = {
        "id": record_id,
        "type": "dataset",
        "title": title_of(feature)["en"],
        "container-title": release.receipt["title"]["en"],
        "publisher": service().config.publisher,
        "version": release.id,
        "issued": {"date-parts": [[year, month, day]]},
        "URL": f"{service().base_url}/?release={release.id}&open={record_id}",
    }
    return [own, *(_article(articles[id_]) for id_ in feature.get("articles") or [] if id_ in articles)]


def _article(article: Entry) -> dict[str, Any]:
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


def _escaped(text: str) -> str:
    return "".join(_BIBTEX_SPECIAL.get(sign, sign) for sign in _one_line(text))


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
        lines.append(("ER", ""))
    return "".join(f"{tag}  - {_one_line(str(text))}\r\n" for tag, text in lines)


_FORMS: dict[str, tuple[Callable[[list[dict[str, Any]]], str], str]] = {
    "bib": (bibtex, "application/x-bibtex; charset=utf-8"),
    "ris": (ris, "application/x-research-info-systems; charset=utf-8"),
    "json": (csl, "application/vnd.citationstyles.csl+json"),
}
