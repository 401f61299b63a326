"""What only figures say, in four languages; the rest of their words are the page's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from layers.alttext import digits

if TYPE_CHECKING:
    from layers.figures.frame import Frame

__all__ = ["TEXTS", "projection_note"]

TEXTS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "albers": "Albers equal-area conic projection, WGS 84, standard parallels {a}° and {b}° N, origin {lat}° N {lon}° E.",
        "lambert": "Lambert conformal conic projection, WGS 84, standard parallels {a}° and {b}° N, origin {lat}° N {lon}° E.",
        "scale": "Scale bar true at the middle of the map.",
        "sources": "Sources:",
        "release": "corridormap release {id}, {date}.",
        "as_of": "Borders as of {as_of}; point of view: {view}.",
        "km": "km",
        "north": "N",
    },
    "fa": {
        "albers": "سیستم تصویر مخروطی هم‌مساحت آلبرز، WGS 84، مدارهای استاندارد {a} و {b} درجهٔ شمالی، مبدأ {lat} درجهٔ شمالی و {lon} درجهٔ شرقی.",
        "lambert": "سیستم تصویر مخروطی متشابه لامبرت، WGS 84، مدارهای استاندارد {a} و {b} درجهٔ شمالی، مبدأ {lat} درجهٔ شمالی و {lon} درجهٔ شرقی.",
        "scale": "مقیاس خطی در میانهٔ نقشه درست است.",
        "sources": "منابع:",
        "release": "نسخهٔ {id} از corridormap، {date}.",
        "as_of": "مرزها مربوط به سال {as_of}؛ دیدگاه: {view}.",
        "km": "کیلومتر",
        "north": "ش",
    },
    "ru": {
        "albers": "Равновеликая коническая проекция Альберса, WGS 84, стандартные параллели {a}° и {b}° с. ш., начало {lat}° с. ш. {lon}° в. д.",
        "lambert": "Равноугольная коническая проекция Ламберта, WGS 84, стандартные параллели {a}° и {b}° с. ш., начало {lat}° с. ш. {lon}° в. д.",
        "scale": "Линейный масштаб верен в середине карты.",
        "sources": "Источники:",
        "release": "Выпуск corridormap {id}, {date}.",
        "as_of": "Границы на {as_of}; точка зрения: {view}.",
        "km": "км",
        "north": "С",
    },
    "kk": {
        "albers": "Альберстің тең ауданды конустық проекциясы, WGS 84, стандартты параллельдер с. е. {a}° және {b}°, бас нүктесі с. е. {lat}° ш. б. {lon}°.",
        "lambert": "Ламберттің тең бұрышты конустық проекциясы, WGS 84, стандартты параллельдер с. е. {a}° және {b}°, бас нүктесі с. е. {lat}° ш. б. {lon}°.",
        "scale": "Сызықтық масштаб картаның ортасында дәл.",
        "sources": "Дереккөздер:",
        "release": "corridormap шығарылымы {id}, {date}.",
        "as_of": "Шекаралар жағдайы: {as_of}; көзқарас: {view}.",
        "km": "км",
        "north": "С",
    },
}
"""Language → key → text."""


def projection_note(frame: Frame, lang: str) -> str:
    """Return a frame's projection with its parameters as a sentence."""
    (a, b), (lat, lon) = frame.parallels, frame.origin
    text = TEXTS[lang][frame.projection]
    numbers = {name: digits(f"{value:g}", lang) for name, value in {"a": a, "b": b, "lat": lat, "lon": lon}.items()}
    return text.format(**numbers)
