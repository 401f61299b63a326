from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.gazetteer import LANGUAGES
from layers.measure import compass, measured
from layers.passage_texts import areas_text, borders_text, legs_text, name_areas, transport_text

NAMES: dict[str, dict[str, str | None]] = {
    "af": {"en": "Afghanistan", "fa": "افغانستان", "ru": "Афганистан", "kk": "Ауғанстан"},
    "tj": {"en": "Tajikistan", "fa": "تاجیکستان", "ru": "Таджикистан", "kk": None},
    "ladakh": {"en": "Ladakh"},
    "azad-kashmir": {"en": "Azad Kashmir"},
}
LEG = {
    "from": "af", "to": "tj", "length_km": 1234, "direction_deg": 31, "through": [{"area": "af", "km": 1234}],
    "borders": [{"border": "af-tj", "stretch_km": 210}, {"border": "azad-kashmir-ladakh", "stretch_km": 0}],
}  # fmt: skip
PROPERTIES = {
    "drawn_length_km": 1234,
    "drawn_through": [
        {"area": "tj", "axis_km": 200},
        {"area": "af", "axis_km": 1034},
        {"area": "ladakh", "axis_km": 0},
    ],
    "drawn_through_units": [],
    "drawn_over_borders": [{"border": "af-tj", "band_km": 210}],
    "drawn_legs": [LEG],
}


def test_a_leg_says_where_how_far_which_way_and_over_which_borders_in_order() -> None:
    texts = legs_text(name_areas(PROPERTIES, NAMES)["drawn_legs"])
    assert texts is not None
    assert texts["en"] == (
        "Afghanistan → Tajikistan: 1,234 km, north-east; "
        "over the border Afghanistan – Tajikistan, the band covers 210 km of it; "
        "over the border Azad Kashmir – Ladakh"
    )
    assert texts["fa"].startswith("افغانستان ← تاجیکستان: ۱٬۲۳۴ کیلومتر، شمال شرقی؛ ")
    # What has no Kazakh name is named in English.
    assert "Ауғанстан → Tajikistan" in texts["kk"]


def test_areas_come_by_length_and_without_those_beside_the_line() -> None:
    texts = areas_text(name_areas(PROPERTIES, NAMES)["drawn_through"])
    assert texts is not None
    assert texts["en"] == "Afghanistan 1,034 km; Tajikistan 200 km"


def test_nothing_drawn_is_nothing_said() -> None:
    assert legs_text([]) is None
    assert areas_text([{"area": "af", "axis_km": 0, "name": {}}]) is None
    assert borders_text([]) is None
    assert transport_text([], {}) is None


def test_transport_corridors_are_named_by_title_or_id() -> None:
    found = [{"corridor": "carec-6a", "areas": ["af"]}, {"corridor": "carec-9", "areas": ["af"]}]
    texts = transport_text(found, {"carec-6a": {"en": "CAREC corridor 6a"}})
    assert texts is not None
    assert texts["ru"] == "CAREC corridor 6a; carec-9"


@pytest.mark.parametrize(("bearing", "wind"), [(0, "north"), (22.4, "north"), (22.6, "north-east"), (359.9, "north")])
def test_winds(bearing: float, wind: str) -> None:
    assert compass(bearing)["en"] == wind


@given(st.floats(0, 360, allow_nan=False), st.floats(0, 99_999))
def test_every_language_says_it(bearing: float, length: float) -> None:
    assert set(compass(bearing)) == set(measured(length, "km")) == set(LANGUAGES)
    assert all(compass(bearing).values())
