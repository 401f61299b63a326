"""What the tests of incidents share: reading an invented text whose places and organizations are given."""

from __future__ import annotations

from datetime import date

from layers.articles.amounts.quantities import find_quantities
from layers.articles.amounts.quantity_lexicon import QuantityLexicon
from layers.articles.dating.date_lexicon import DateLexicon
from layers.articles.dating.dates import find_dates
from layers.articles.events.incident_lexicon import IncidentLexicon
from layers.articles.events.incidents import ReadIncident, find_incidents
from layers.articles.mention import Mention, PlaceKind
from layers.articles.numbers.numerals import find_numerals
from layers.articles.wording.document import Document
from layers.articles.wording.text import Span

LEXICON, DATES, QUANTITIES = IncidentLexicon.read(), DateLexicon.read(), QuantityLexicon.read()
PUBLISHED = date(2022, 8, 3)  # a Wednesday

PLACES: dict[str, tuple[str, PlaceKind, str, float, float]] = {
    "Khorog": ("Khorog", "city", "TJ", 71.55, 37.49),
    "Хорог": ("Khorog", "city", "TJ", 71.55, 37.49),
    "خاروغ": ("Khorog", "city", "TJ", 71.55, 37.49),
    "Kunduz": ("Kunduz", "city", "AF", 68.86, 36.73),
    "Кундуз": ("Kunduz", "city", "AF", 68.86, 36.73),
    "کندز": ("Kunduz", "city", "AF", 68.86, 36.73),
    "Qunduz": ("Kunduz", "city", "AF", 68.86, 36.73),
    "Қундуз": ("Kunduz", "city", "AF", 68.86, 36.73),
    "Osh": ("Osh", "city", "KG", 72.8, 40.53),
    "Batken": ("Batken", "city", "KG", 70.82, 40.06),
    "Баткен": ("Batken", "city", "KG", 70.82, 40.06),
    "Termez": ("Termez", "city", "UZ", 67.28, 37.22),
    "Termiz": ("Termez", "city", "UZ", 67.28, 37.22),
    "Тараз": ("Taraz", "city", "KZ", 71.37, 42.9),
    "Bishkek": ("Bishkek", "city", "KG", 74.59, 42.87),
    "Dushanbe": ("Dushanbe", "city", "TJ", 68.78, 38.54),
    "Kabul": ("Kabul", "city", "AF", 69.17, 34.53),
    "Tajikistan": ("Tajikistan", "country", "TJ", 71.0, 39.0),
    "Afghanistan": ("Afghanistan", "country", "AF", 66.0, 34.0),
    "Афганистан": ("Afghanistan", "country", "AF", 66.0, 34.0),
    "Kyrgyzstan": ("Kyrgyzstan", "country", "KG", 75.0, 41.5),
    "Georgia": ("Georgia", "country", "GE", 43.5, 42.0),
    "Houston": ("Houston", "city", "US", -95.36, 29.76),
    "Ауғанстан": ("Afghanistan", "country", "AF", 66.0, 34.0),
}


def read(text: str, published: date | None = PUBLISHED) -> tuple[ReadIncident, ...]:
    document = Document.of(text)
    numerals = find_numerals(document)
    mentions = []
    for token in document.tokens:
        known = next((PLACES[name] for name in PLACES if token.text.startswith(name)), None)
        if known is not None:
            name, kind, country, lon, lat = known
            (span,) = document.spans(token.start, token.end)
            mentions.append(
                Mention(
                    "place", span.start, span.end, token.text, Span(token.start, token.end), name,
                    entity=name, place_kind=kind, lon=lon, lat=lat, country=country,
                )
            )  # fmt: skip
    dates = find_dates(document, numerals, published, DATES)
    quantities = find_quantities(document, numerals, QUANTITIES)
    return find_incidents(document, mentions, dates, quantities, LEXICON, published)


def only(text: str) -> ReadIncident:
    found = read(text)
    assert len(found) == 1, [(each.category, text[slice(*each.trigger)]) for each in found]
    return found[0]
