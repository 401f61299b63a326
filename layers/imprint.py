"""Imprint: what every map and export carries: attribution, licence, release, as-of date, disclaimer, how to cite it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.vocabulary import NEUTRAL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from layers.layer import Layer
    from layers.release import Release

__all__ = ["DEFAULT_PUBLISHER", "Imprint", "attribution"]

DEFAULT_PUBLISHER = "the publisher of this map"

_DISCLAIMER = {
    "en": "Borders and names are drawn as their sources depict them (as of {as_of}; disputed areas are marked). They "
    "imply no opinion of {publisher} on the legal status of any territory.",
    "fa": "مرزها و نام‌ها چنان ترسیم شده‌اند که منابعشان نشان می‌دهند (وضعیت سال {as_of}؛ مناطق مورد اختلاف مشخص "
    "شده‌اند) و بیانگر هیچ نظری از سوی {publisher} دربارهٔ وضعیت حقوقی هیچ سرزمینی نیستند.",
    "ru": "Границы и названия показаны так, как их изображают источники (состояние на {as_of} г.; спорные территории "
    "отмечены). Они не выражают мнения {publisher} о правовом статусе какой-либо территории.",
    "kk": "Шекаралар мен атаулар дереккөздерде қалай берілсе, солай көрсетілген ({as_of} жылғы жағдай; даулы аумақтар "
    "белгіленген). Олар {publisher} тарапынан қандай да бір аумақтың құқықтық мәртебесі туралы пікір білдірмейді.",
}

_UNNAMED = {
    "en": DEFAULT_PUBLISHER,
    "fa": "ناشر این نقشه",
    "ru": "издателя этой карты",
    "kk": "осы картаны жариялаушы",
}

_ATTRIBUTION = {
    "Made with Natural Earth": {
        "fa": "ساخته‌شده با Natural Earth",
        "ru": "Сделано на основе Natural Earth",
        "kk": "Natural Earth негізінде жасалған",
    },
    "corridormap records": {"fa": "داده‌های corridormap", "ru": "записи corridormap", "kk": "corridormap жазбалары"},
}
"""What the passports' attributions say in words, in the other languages; names of sources stay as they are."""


@dataclass(frozen=True, slots=True)
class Imprint:
    """In whose name a map or an export is published.

    ``publisher`` is a name, ``contact`` an e-mail address, a web page or ``""``, ``address`` the absolute address under
    which the service is reached, without a closing slash, or ``""`` where there is none (an export from the shell), ``point_of_view`` the one that borders are drawn from.
    """

    publisher: str = DEFAULT_PUBLISHER
    contact: str = ""
    address: str = ""
    point_of_view: str = NEUTRAL

    def disclaimer(self, release: Release, lang: str = "en") -> str:
        """Return the boundary disclaimer in one language (en, fa, ru, kk), in the publisher's own name."""
        publisher = _UNNAMED[lang] if self.publisher == DEFAULT_PUBLISHER else self.publisher
        as_of = str(release.receipt["borders_as_of"])
        if lang == "fa":
            as_of = as_of.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
        return _DISCLAIMER[lang].format(as_of=as_of, publisher=publisher)

    def citation(self, release: Release, *, address: str | None = None) -> str:
        """Return how to cite a release: title, release, date, publisher and, where there is one, an address."""
        title = release.receipt["title"]["en"]
        where = address or (f"{self.address}/m/{release.id}" if self.address else "")
        cited = f"{title}. corridormap release {release.id}, {release.receipt['date']}. Published by {self.publisher}."
        return f"{cited} {where}".strip()

    def metadata(self, release: Release, layers: Iterable[Layer]) -> dict[str, Any]:
        """Return the members that accompany data in every format; ``contact`` only where one is set."""
        licences = {source["id"]: source["licence"] for source in release.document("sources")}
        used = {licences[source_id] for layer in layers for source_id in layer.sources if source_id in licences}
        members = {
            "licence": release.receipt["licence"],
            "source_licences": sorted(used),
            "release": release.id,
            "release_date": release.receipt["date"],
            "borders_as_of": release.receipt["borders_as_of"],
            "point_of_view": self.point_of_view,
            "disclaimer": self.disclaimer(release),
            "publisher": self.publisher,
            "citation": self.citation(release),
        }
        return members | {"contact": self.contact} if self.contact else members


def attribution(release: Release, layers: Iterable[Layer], lang: str = "en") -> str:
    """Return the attribution of some layers' sources as one line of plain text in one language, each source once."""
    passports = {source["id"]: source for source in release.document("sources")}
    ids = dict.fromkeys(source_id for layer in layers for source_id in layer.sources)
    said = dict.fromkeys(passports[source_id]["attribution"] for source_id in ids if source_id in passports)
    return ("؛ " if lang == "fa" else "; ").join(_ATTRIBUTION.get(one, {}).get(lang, one) for one in said)
