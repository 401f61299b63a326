"""Deposit: a release as the records that archives which give DOIs read: DataCite and Zenodo.

The archive fills in the DOI. The forms are those of the DataCite Metadata Schema 4.5 and of Zenodo's deposit API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from layers.citation import article_entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from layers.release import Release

__all__ = ["datacite", "zenodo"]

_SUBJECTS: Final = ("Central Asia", "borders", "corridors", "incidents", "evidence", "maps")
_LANGUAGES: Final = {"en": "eng"}
_SPDX: Final = "https://spdx.org/licenses/"


def _works(release: Release) -> Iterator[tuple[str, str]]:
    """Yield (identifier, kind) of the articles that a release rests on, as far as they have a confirmed one."""
    for _, article in sorted(release.records("articles").items()):
        entry = article_entry(article)
        if entry.get("DOI"):
            yield entry["DOI"], "DOI"
        elif entry.get("URL"):
            yield entry["URL"], "URL"


def _box(release: Release) -> tuple[float, float, float, float] | None:
    """West, south, east, north of what articles attest; ``None`` where nothing has a place."""
    boxes = [
        facts["bbox"]
        for name, facts in release.receipt["layers"].items()
        if facts["bbox"] and release.catalog[name].role == "attested"
    ]
    if not boxes:
        return None
    west, south = (min(box[side] for box in boxes) for side in (0, 1))
    east, north = (max(box[side] for box in boxes) for side in (2, 3))
    return west, south, east, north


def datacite(release: Release, share: Mapping[str, Any], publisher: str, address: str) -> dict[str, Any]:
    """Return a release as DataCite JSON; ``share`` is what ``/share.json`` says of it in English."""
    receipt = release.receipt
    found: dict[str, Any] = {
        "schemaVersion": "http://datacite.org/schema/kernel-4",
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": "GeoJSON, vector tiles and interactive map"},
        "titles": [{"title": text, "lang": lang} for lang, text in sorted(receipt["title"].items())],
        "creators": [{"name": publisher, "nameType": "Organizational"}],
        "publisher": {"name": publisher},
        "publicationYear": str(receipt["date"])[:4],
        "language": "en",
        "version": release.id,
        "url": f"{address}/m/{release.id}",
        "alternateIdentifiers": [
            {"alternateIdentifier": f"corridormap release {release.id}", "alternateIdentifierType": "release"}
        ],
        "subjects": [{"subject": subject, "lang": "en"} for subject in _SUBJECTS],
        "dates": [{"date": receipt["date"], "dateType": "Issued"}],
        "formats": ["application/geo+json", "application/vnd.pmtiles", "text/html"],
        "rightsList": [{"rights": receipt["licence"], "schemeUri": _SPDX, "rightsIdentifierScheme": "SPDX"}],
        "descriptions": [
            {"description": share["alt"], "descriptionType": "Abstract", "lang": "en"},
            {"description": share["attribution"], "descriptionType": "TechnicalInfo", "lang": "en"},
        ],
        "relatedIdentifiers": [
            {"relatedIdentifier": name, "relatedIdentifierType": kind, "relationType": "IsDerivedFrom"}
            for name, kind in _works(release)
        ],
    }
    if (box := _box(release)) is not None:
        sides = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")
        found["geoLocations"] = [{"geoLocationBox": dict(zip(sides, box, strict=True))}]
    return found


def zenodo(release: Release, share: Mapping[str, Any], publisher: str, address: str) -> dict[str, Any]:
    """Return a release as the metadata of a Zenodo deposit."""
    receipt = release.receipt
    related = [{"identifier": name, "relation": "isDerivedFrom"} for name, _ in _works(release)]
    return {
        "metadata": {
            "upload_type": "dataset",
            "title": receipt["title"]["en"],
            "creators": [{"name": publisher}],
            "description": f"<p>{share['alt']}</p><p>{share['attribution']}</p>",
            "publication_date": receipt["date"],
            "version": release.id,
            "language": _LANGUAGES["en"],
            "keywords": list(_SUBJECTS),
            "access_right": "open",
            "license": str(receipt["licence"]).lower(),
            "related_identifiers": [{"identifier": f"{address}/m/{release.id}", "relation": "isIdenticalTo"}, *related],
        }
    }
