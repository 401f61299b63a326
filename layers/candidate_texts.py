"""Candidate texts: titles and glosses of what a machine read, made of facts in our own words in four languages."""

from __future__ import annotations

import calendar
from typing import TYPE_CHECKING

from geo.gazetteer import LANGUAGES
from layers.filter import interval_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

__all__ = [
    "CATEGORIES",
    "COMMODITIES",
    "COUNTED",
    "UNITS",
    "corridor_texts",
    "date_text",
    "event_title",
    "incident_texts",
]

Texts = dict[str, str]

CATEGORIES: Mapping[str, Mapping[str, str]] = {
    "seizure": {"en": "Seizure", "fa": "کشف و ضبط", "ru": "Изъятие", "kk": "Тәркілеу"},
    "arrest": {"en": "Arrest", "fa": "بازداشت", "ru": "Задержание", "kk": "Ұстау"},
    "armed_clash": {"en": "Armed clash", "fa": "درگیری مسلحانه", "ru": "Вооружённое столкновение", "kk": "Қарулы қақтығыс"},
    "attack": {"en": "Attack", "fa": "حمله", "ru": "Нападение", "kk": "Шабуыл"},
    "smuggling_attempt": {
        "en": "Smuggling attempt", "fa": "تلاش برای قاچاق", "ru": "Попытка контрабанды", "kk": "Контрабанда әрекеті",
    },
    "operation": {"en": "Operation", "fa": "عملیات", "ru": "Операция", "kk": "Операция"},
    "destruction": {"en": "Destruction", "fa": "نابودسازی", "ru": "Уничтожение", "kk": "Жою"},
    "diplomatic_event": {
        "en": "Diplomatic event", "fa": "رویداد دیپلماتیک", "ru": "Дипломатическое событие", "kk": "Дипломатиялық оқиға",
    },
    "policy_statement": {
        "en": "Policy statement", "fa": "اعلام سیاست", "ru": "Политическое заявление", "kk": "Саяси мәлімдеме",
    },
    "other_political_violence": {
        "en": "Political violence", "fa": "خشونت سیاسی", "ru": "Политическое насилие", "kk": "Саяси зорлық-зомбылық",
    },
}  # fmt: skip

COMMODITIES: Mapping[str | None, Mapping[str, str]] = {
    "drugs": {"en": "drugs", "fa": "مواد مخدر", "ru": "наркотики", "kk": "есірткі"},
    "energy": {"en": "energy", "fa": "انرژی", "ru": "энергоносители", "kk": "энергия"},
    "goods": {"en": "goods", "fa": "کالا", "ru": "товары", "kk": "тауарлар"},
    "fighters": {"en": "fighters", "fa": "جنگجویان", "ru": "боевики", "kk": "содырлар"},
}
"""What a corridor's ``flow`` moves."""

COUNTED: Mapping[str, Mapping[str, str]] = {
    "killed": {"en": "killed", "fa": "کشته"},
    "injured": {"en": "injured", "fa": "زخمی"},
    "arrested": {"en": "arrested", "fa": "بازداشت‌شده"},
    "hostage": {"en": "taken hostage", "fa": "به گروگان گرفته‌شده"},
    "heroin": {"en": "heroin", "fa": "هروئین"},
    "opium": {"en": "opium", "fa": "تریاک"},
    "morphine": {"en": "morphine", "fa": "مورفین"},
    "hashish": {"en": "hashish", "fa": "حشیش"},
    "cannabis": {"en": "cannabis", "fa": "شاهدانه"},
    "methamphetamine": {"en": "methamphetamine", "fa": "مت‌آمفتامین"},
    "synthetic": {"en": "synthetic drugs", "fa": "مواد مخدر صنعتی"},
    "tramadol": {"en": "tramadol", "fa": "ترامادول"},
    "cocaine": {"en": "cocaine", "fa": "کوکائین"},
    "precursor": {"en": "precursors", "fa": "پیش‌ساز"},
    "drugs": {"en": "drugs", "fa": "مواد مخدر"},
    "persons": {"en": "persons", "fa": "نفر"},
    "money": {"en": "money", "fa": "پول"},
}
"""What a quantity is of, by the reader's word; records hold it in English and Persian."""

UNITS: Mapping[str, Mapping[str, str]] = {
    "kg": {"en": "kg", "fa": "کیلوگرم"},
    "litre": {"en": "litres", "fa": "لیتر"},
    "tablet": {"en": "tablets", "fa": "قرص"},
    "ampoule": {"en": "ampoules", "fa": "آمپول"},
    "hectare": {"en": "hectares", "fa": "هکتار"},
}

_MARK = {"en": "machine-read", "fa": "خوانش ماشین", "ru": "прочитано машиной", "kk": "машина оқыған"}
_ALLEGED = {"en": "alleged", "fa": "ادعاشده", "ru": "по утверждению", "kk": "айтылуынша"}
_COMMA = {"en": ", ", "fa": "، ", "ru": ", ", "kk": ", "}
_ARROW = {"en": " → ", "fa": " ← ", "ru": " → ", "kk": " → "}
_NO_PLACE = {"en": "no place stated", "fa": "بدون ذکر جا", "ru": "место не указано", "kk": "жері айтылмаған"}
_MONTHS = {
    "fa": (
        "ژانویه", "فوریه", "مارس", "آوریل", "مه", "ژوئن", "ژوئیه", "اوت", "سپتامبر", "اکتبر", "نوامبر", "دسامبر",
    ),
    "ru": (
        "январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь",
        "декабрь",
    ),
    "kk": (
        "қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым", "шілде", "тамыз", "қыркүйек", "қазан", "қараша",
        "желтоқсан",
    ),
    "en": tuple(calendar.month_name[1:]),
}  # fmt: skip
_MONTHS_OF_DAYS = {
    "ru": (
        "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября",
        "декабря",
    ),
}  # fmt: skip
"""Russian puts the month of a day in the genitive."""
_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_DECEMBER = 12


def date_text(start: str | None, end: str | None, language: str) -> str | None:
    """Return an interval of ISO 8601 dates in a language, no longer than it needs to be; ``None`` without a start.

    >>> date_text("2019-05-01", "2019-05-31", "en"), date_text("2019-05-12", "2019-05-12", "ru")
    ('May 2019', '12 мая 2019')
    >>> date_text("2018-01-01", "2019-12-31", "fa"), date_text("2019-05-12", "2019-06-02", "en")
    ('۲۰۱۸–۲۰۱۹', '12 May 2019 – 2 June 2019')
    """
    if start is None:
        return None
    first, last = interval_of(start)[0], interval_of(end or start)[1]
    text = _interval_text(first, last, language)
    return text.translate(_PERSIAN_DIGITS) if language == "fa" else text


def _interval_text(first: date, last: date, language: str) -> str:
    if (first.month, first.day, last.month, last.day) == (1, 1, _DECEMBER, 31):
        return str(first.year) if first.year == last.year else f"{first.year}–{last.year}"
    months = _MONTHS[language]
    if first.day == 1 and last.day == calendar.monthrange(last.year, last.month)[1]:
        whole = [f"{months[day.month - 1]} {day.year}" for day in (first, last)]
    else:
        of_days = _MONTHS_OF_DAYS.get(language, months)
        whole = [f"{day.day} {of_days[day.month - 1]} {day.year}" for day in (first, last)]
    return whole[0] if whole[0] == whole[1] else " – ".join(whole)


_REVIEWED_GLOSS = {
    "en": "Found in this sentence by the reader of corridormap; a person has reviewed it.",
    "fa": "خوانندهٔ ماشینی corridormap آن را در این جمله یافته و یک نفر آن را بازبینی کرده است.",
}
_REVIEWED_WAY_GLOSS = {
    "en": "The reader of corridormap found this way stated in these sentences; a person has reviewed it. The arrow joins the areas that are named and is no path.",
    "fa": "خوانندهٔ ماشینی corridormap این مسیر را در این جمله‌ها یافته و یک نفر آن را بازبینی کرده است. پیکان ناحیه‌های نام‌برده را به هم می‌پیوندد و راهی را نشان نمی‌دهد.",
}


def event_title(
    category: str, places: Mapping[str, str | None], start: str | None, end: str | None, language: str
) -> str:
    """Return what happened, where and when, in a language; places and dates as :func:`incident_texts` takes them.

    >>> event_title("attack", {}, "2019", "2019", "en")
    'Attack, no place stated, 2019'
    """
    place = places.get(language) or places.get("en") or _NO_PLACE[language]
    parts = [CATEGORIES[category][language], place, date_text(start, end, language)]
    return _COMMA[language].join(part for part in parts if part)


def incident_texts(
    category: str,
    places: Mapping[str, str | None],
    start: str | None,
    end: str | None,
    *,
    is_alleged: bool,
    is_reviewed: bool = False,
) -> tuple[Texts, Texts]:
    """Return title (four languages) and gloss (English and Persian) of an incident.

    ``places`` are its place's names by language; a language without one takes the English one, and no name at all says
    that no place is stated. What a person has reviewed is not marked as read by a machine.

    >>> incident_texts("seizure", {"en": "Khatlon"}, "2019-05", "2019-05", is_alleged=False)[0]["en"]
    'Seizure, Khatlon, May 2019 (machine-read)'
    """
    title = {}
    for language in LANGUAGES:
        marks = [*([] if is_reviewed else [_MARK[language]]), *([_ALLEGED[language]] if is_alleged else [])]
        told = f" ({_COMMA[language].join(marks)})" if marks else ""
        title[language] = event_title(category, places, start, end, language) + told
    gloss = (
        _REVIEWED_GLOSS
        if is_reviewed
        else {
            "en": "Found in this sentence by the reader of corridormap; no person has reviewed it. Read the sentence before you rely on it.",
            "fa": "خوانندهٔ ماشینی corridormap آن را در این جمله یافته است و کسی آن را بازبینی نکرده است. پیش از استناد، جمله را بخوانید.",
        }
    )
    return title, dict(gloss)


def corridor_texts(
    flow: str | None, stages: Sequence[Sequence[Mapping[str, str | None]]], *, is_reviewed: bool = False
) -> tuple[Texts, Texts]:
    """Return title and gloss of a corridor.

    ``stages`` are where it comes from, what it passes through and where it goes: the names of their areas by language.
    Of the areas of one stage nobody says which comes first. What a person has reviewed is not marked as read by a machine.

    >>> corridor_texts("drugs", [[{"en": "Afghanistan"}], [{"en": "Tajikistan"}, {"en": "Uzbekistan"}]])[0]["en"]
    'Afghanistan → Tajikistan / Uzbekistan, drugs (machine-read)'
    """
    title = {}
    for language in LANGUAGES:
        named = [" / ".join(area.get(language) or area.get("en") or "" for area in stage) for stage in stages]
        way = _ARROW[language].join(named)
        what = COMMODITIES.get(flow, {}).get(language)
        told = "" if is_reviewed else f" ({_MARK[language]})"
        title[language] = _COMMA[language].join(part for part in (way, what) if part) + told
    gloss = (
        _REVIEWED_WAY_GLOSS
        if is_reviewed
        else {
            "en": "The reader of corridormap found this way stated in these sentences; no person has reviewed it. The arrow joins the areas that are named and is no path.",
            "fa": "خوانندهٔ ماشینی corridormap این مسیر را در این جمله‌ها یافته است و کسی آن را بازبینی نکرده است. پیکان ناحیه‌های نام‌برده را به هم می‌پیوندد و راهی را نشان نمی‌دهد.",
        }
    )
    return title, dict(gloss)


_CONFLICTS: Mapping[str, Mapping[str, str]] = {
    "conflict": {
        "en": "What is said does not agree", "fa": "گفته‌ها با هم سازگار نیستند", "ru": "Сказанное расходится",
        "kk": "Айтылғандар сәйкес келмейді",
    },
    "different_denominator": {
        "en": "Shares of different things", "fa": "سهم از چیزهای متفاوت", "ru": "Доли от разного", "kk": "Әртүрлі нәрсенің үлесі",
    },
    "same_text": {
        "en": "One text, not two sources", "fa": "یک متن، نه دو منبع", "ru": "Один текст, а не два источника",
        "kk": "Бір мәтін, екі дереккөз емес",
    },
    "benchmark_outlier": {
        "en": "Far from an outside figure", "fa": "دور از عددی بیرونی", "ru": "Далеко от внешней цифры",
        "kk": "Сыртқы саннан алшақ",
    },
}  # fmt: skip


def conflict_texts(state: str, printed: Sequence[str]) -> tuple[Texts, Texts]:
    """Return title and gloss of a conflict that a machine found and a person reviewed; ``printed`` are its sides' words.

    >>> conflict_texts("conflict", ["75 %", "60 %"])[0]["en"]
    'What is said does not agree: 75 % / 60 %'
    """
    words = " / ".join(dict.fromkeys(" ".join(each.split()[:5]) for each in printed))
    title = {language: f"{_CONFLICTS[state][language]}: {words}" for language in LANGUAGES}
    return title, dict(_REVIEWED_CONFLICT_GLOSS)


_REVIEWED_CONFLICT_GLOSS = {
    "en": "The reader of corridormap compared these passages; a person has reviewed what it found.",
    "fa": "خوانندهٔ ماشینی corridormap این جمله‌ها را با هم سنجیده و یک نفر یافته‌اش را بازبینی کرده است.",
}
