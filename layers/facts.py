"""Facts: what is known of one feature, as labelled rows for a reader.

A fact is ``{"label_key", "value" | "value_keys" | "text", "as_printed"?, "suspect"?, "part"?}``: ``value`` holds a text for each
language, ``value_keys`` names entries of the interface's word lists (``category.attack``), ``text`` needs no
translation (numbers, dates, ids). Labels and listed words are translated by the interface. ``part`` is ``drawing`` where a
row tells of the drawing alone, not of what a source says: readers get these last, folded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from geo.vocabulary import LANGUAGES
from layers.filter import interval_of
from layers.measure import measured
from layers.passage_texts import areas_text, borders_text, legs_text, transport_text

__all__ = ["facts_of", "interval_text", "title_of"]


_ACCURACY = {
    "en": "half of it within {median}, 95% within {p95}",
    "fa": "نیمی از آن تا {median}، ۹۵٪ تا {p95}",
    "ru": "половина в пределах {median}, 95 % в пределах {p95}",
    "kk": "жартысы {median} шегінде, 95 % {p95} шегінде",
}

Fact = dict[str, Any]
Record = Mapping[str, Any]
Coverage = Mapping[str, Mapping[str, Record]]


def title_of(feature: Record) -> dict[str, str]:
    """Return a feature's title in every language that it has one in; its id where it has none."""
    found = {
        lang: str(text) for lang in LANGUAGES if (text := feature.get(f"title_{lang}") or feature.get(f"name_{lang}"))
    }
    return {"en": feature["id"]} | found


def facts_of(layer_id: str, feature: Record, coverage: Coverage) -> list[Fact]:
    """Return the facts of a feature, in the order in which a reader wants them; empty for layers that have none.

    ``coverage`` holds the records that facts name: ``organizations`` by id, and under ``transport`` the titles of the public
    transport corridors by id, which may be left out.
    """
    rows = _MAKERS.get(layer_id, _no_facts)(feature, coverage)
    return [row for row in rows if row is not None]


def _no_facts(_feature: Record, _coverage: Coverage) -> Iterable[Fact | None]:
    return []


def _languages(feature: Record, stem: str) -> dict[str, str] | None:
    return {lang: str(text) for lang in LANGUAGES if (text := feature.get(f"{stem}_{lang}"))} or None


def _value(label: str, value: Record | None) -> Fact | None:
    return {"label_key": f"fact.{label}", "value": dict(value)} if value else None


def _text(label: str, text: object) -> Fact | None:
    return {"label_key": f"fact.{label}", "text": str(text)} if text not in (None, "", []) else None


def _keys(label: str, *keys: str | None) -> Fact | None:
    kept = [key for key in keys if key]
    return {"label_key": f"fact.{label}", "value_keys": kept} if kept else None


def _named(label: str, ids: Iterable[str], records: Mapping[str, Record]) -> Fact | None:
    """A row of records' names, joined in each language."""
    found = [records[record_id]["name"] for record_id in ids if record_id in records]
    if not found:
        return None
    commas = {lang: "، " if lang == "fa" else ", " for lang in LANGUAGES}
    return _value(
        label, {lang: commas[lang].join(name.get(lang) or name["en"] for name in found) for lang in LANGUAGES}
    )


def _accuracy(accuracy_m: Record | None) -> dict[str, str] | None:
    if accuracy_m is None:
        return None
    median, most = measured(accuracy_m["median"], "m"), measured(accuracy_m["p95"], "m")
    return {lang: _ACCURACY[lang].format(median=median[lang], p95=most[lang]) for lang in LANGUAGES}


def interval_text(start: str | None, end: str | None) -> str | None:
    """Return an interval of days no longer than it needs to be; ``None`` when nothing is known of either end.

    >>> interval_text("2010-09-01", "2010-09-30"), interval_text("2007-01-01", "2007-12-31")
    ('2010-09', '2007')
    >>> interval_text("2016-06-01", "2017-06-30"), interval_text("2001-06-15", None)
    ('2016-06 – 2017-06', '2001-06-15 – …')
    """
    if start is None and end is None:
        return None
    if start is None or end is None:
        return f"{start or '…'} – {end or '…'}"
    first, last = interval_of(start)[0].isoformat(), interval_of(end)[1].isoformat()
    for length, whole in ((4, first[4:] == "-01-01" and last[4:] == "-12-31"), (7, _are_whole_months(first, last))):
        if whole:
            first, last = first[:length], last[:length]
            break
    return first if first == last else f"{first} – {last}"


def _are_whole_months(first: str, last: str) -> bool:
    return first.endswith("-01") and interval_of(last[:7])[1].isoformat() == last


_PRECISELY = {
    "point": {
        "en": "At or near {place}", "fa": "در {place} یا نزدیک آن", "ru": "Здесь или рядом: {place}",
        "kk": "Осында немесе жанында: {place}",
    },
    "within": {
        "en": "Somewhere in {place}", "fa": "جایی در {place}", "ru": "Где-то в пределах: {place}",
        "kk": "Осы аумақтың бір жерінде: {place}",
    },
    "border": {
        "en": "Somewhere on the border of {place}", "fa": "جایی در مرز {place}", "ru": "Где-то на границе: {place}",
        "kk": "Осы шекараның бір жерінде: {place}",
    },
}  # fmt: skip


def _precision(feature: Record) -> Fact | None:
    """UCDP's where_prec, and whether the article says "on the border", in words that name the area."""
    known = {1: "point", 2: "point", 3: "point", 4: "province", 5: "border", 6: "country", 7: "region"}
    precision = feature.get("where_prec")
    if not precision:
        return None
    kind = "border" if feature.get("border") else known[precision]
    where = _where(feature)
    if not where:
        return _keys("precision", f"precision.{kind}")
    texts = _PRECISELY.get(kind, _PRECISELY["within"])
    return _value("precision", {lang: texts[lang].format(place=where.get(lang) or where["en"]) for lang in LANGUAGES})


def _incident(feature: Record, coverage: Coverage) -> Iterable[Fact | None]:
    when = _text("when", interval_text(feature.get("date_start"), feature.get("date_end"))) or _keys(
        "when", "date.undated"
    )
    assert when is not None  # noqa: S101 -- one of the two always stands
    if feature.get("date_as_printed"):
        when["as_printed"] = feature["date_as_printed"]
    when["suspect"] = feature.get("date_integrity") == "suspect"
    yield when
    yield _value("date_note", feature.get("date_note"))
    yield _value("where", _where(feature)) or _keys("where", "noplace")
    yield _value("where_note", feature.get("area_note"))
    yield _precision(feature)
    yield _keys("category", f"category.{feature['category']}")
    yield _named("organizations", feature.get("organizations") or [], coverage["organizations"])
    threat = feature.get("threat")
    yield _keys("threat", f"threat.{threat}" if threat else None)
    level = feature.get("level")
    yield _keys("level", f"level.{level}" if level else None)
    yield _keys("modality", f"modality.{feature['modality']}" if feature.get("modality") else None)
    for quantity in feature.get("quantities") or []:
        best = quantity.get("best")
        yield {
            "label_key": "fact.quantity",
            "value": quantity["what"],
            "text": None if best is None else _amount(best),
            "as_printed": quantity.get("as_printed"),
            "suspect": quantity.get("integrity") == "suspect",
        }
    yield _found_by_machine(feature)


def _amount(number: float) -> str:
    """Write a number without a fraction that it does not have."""
    return str(int(number)) if float(number).is_integer() else str(number)


def _where(feature: Record) -> dict[str, str] | None:
    """The area's name, after the name of the place in it where one is known by its point."""
    area, place = _languages(feature, "area_name"), feature.get("place")
    if not place or not area or place["name"] == area.get("en"):
        return area
    return {lang: f"{place['name']}, {text}" for lang, text in area.items()}


def _found_by_machine(feature: Record) -> Fact | None:
    return _keys("machine", "machine.also_found" if feature.get("also_found_by_machine") else None)


def _corridor(feature: Record, coverage: Coverage) -> Iterable[Fact | None]:
    yield _keys("flow", f"flow.{feature['flow']}" if feature.get("flow") else None)
    yield _value("substance", feature.get("substance"))
    yield _keys("attestation", f"class.{feature['attestation_class']}")
    width = feature.get("half_width_km")
    yield _value("half_width", measured(width, "km") if width else None)
    yield _value("geometry_note", feature.get("geometry_note"))
    yield _keys("modes", *(f"mode.{mode}" for mode in feature.get("modes") or []))
    yield _value("note", feature.get("note"))
    yield _found_by_machine(feature)
    yield from _drawing(feature, coverage)


def _drawing(feature: Record, coverage: Coverage) -> Iterable[Fact | None]:
    """Yield rows on what is drawn, which nobody states."""
    for fact in _of_the_drawing(feature, coverage):
        yield fact and {**fact, "part": "drawing"}


def _of_the_drawing(feature: Record, coverage: Coverage) -> Iterable[Fact | None]:
    if feature["depiction"] in {"arrow", "path"}:
        length = feature.get("drawn_length_km")
        yield _value("drawn_length", measured(length, "km") if length else None)
        yield _value("drawn_legs", legs_text(feature.get("drawn_legs") or []))
    else:
        yield _value("drawn_borders", borders_text(feature.get("drawn_over_borders") or []))
    yield _value("drawn_through", areas_text(feature.get("drawn_through") or []))
    yield _value("drawn_units", areas_text(feature.get("drawn_through_units") or []))
    yield _value(
        "transport", transport_text(feature.get("transport_in_same_areas") or [], coverage.get("transport", {}))
    )


def _border(feature: Record, _coverage: Coverage) -> Iterable[Fact | None]:
    yield _keys("border_status", f"borders.{feature['status']}")
    yield _value("length", measured(feature["length_m"] / 1000, "km") if feature.get("length_m") else None)
    yield _value("accuracy", _accuracy(feature.get("accuracy_m")))
    rivers = list((feature.get("rivers") or {}).values())
    yield _value("river", {lang: ", ".join(river[lang] for river in rivers) for lang in LANGUAGES} if rivers else None)
    yield _value("claimants", feature.get("claimant_names"))
    yield _text("as_of", feature.get("as_of"))
    yield _value("note", feature.get("note"))


def _segment(feature: Record, _coverage: Coverage) -> Iterable[Fact | None]:
    yield _value("length", measured(feature["length_m"] / 1000, "km") if feature.get("length_m") else None)
    yield _value("accuracy", _accuracy(feature.get("accuracy_m")))
    rivers = list((feature.get("rivers") or {}).values())
    yield _value("river", rivers[0] if rivers else None)
    yield _text("as_of", feature.get("as_of"))


def _organization(feature: Record, coverage: Coverage) -> Iterable[Fact | None]:
    organizations = coverage["organizations"]
    yield _named("organization", [feature["organization"]], organizations)
    yield _value("member", _languages(feature, "member_name"))
    yield _keys("relation", f"relation.{feature['relation']}" if feature.get("relation") else None)
    if feature["kind"] == "membership":
        known = interval_text(feature.get("valid_from"), feature.get("valid_to"))
        yield _text("valid", known) or _keys("valid", "date.undated")
    else:
        yield _keys("class", f"organization_class.{feature['class']}")
        yield _text("aliases", "; ".join(alias["text"] for alias in feature.get("aliases") or []))
        yield _text("wikidata", feature.get("wikidata"))
        yield _value("note", feature.get("note"))


def _article_coverage(feature: Record, _coverage: Coverage) -> Iterable[Fact | None]:
    yield _text("articles", feature["article_count"])
    yield _text("groups", feature["group_count"])
    yield _keys("languages", *(f"language.{code}" for code in feature.get("languages") or []))
    yield _text("records", feature["record_count"])


def _imported(feature: Record, coverage: Coverage) -> Iterable[Fact | None]:
    yield from _incident(feature, coverage)
    yield _text("actors", "; ".join(feature.get("actors") or []))
    yield _text("dataset", f"{feature['dataset']} {feature['dataset_version']}, {feature['row']}")
    yield _keys("terms", f"redistribution.{feature['redistribution']}")
    yield _text("licence", feature["licence"])


_MAKERS = {
    "article_coverage": _article_coverage,
    "incidents": _incident,
    "imported_incidents": _imported,
    "restricted_incidents": _imported,
    "corridors": _corridor,
    "context_corridors": _corridor,
    "transport_corridors": _corridor,
    "corridor_bands": _corridor,
    "borders": _border,
    "border_segments": _segment,
    "organizations": _organization,
}
