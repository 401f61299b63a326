"""What the corridor layers are called and what their geometry means, in four languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["DESCRIPTIONS", "GEOMETRY_NOTES", "TITLES", "is_candidate", "is_other", "legend_rows"]

TITLES: dict[str, dict[str, str]] = {
    "corridor_bands": {
        "en": "Bands of doubt",
        "fa": "نوارهای تردید",
        "ru": "Полосы неопределённости",
        "kk": "Белгісіздік жолақтары",
    },
    "transport_corridors": {
        "en": "Public transport corridors",
        "fa": "کریدورهای حمل‌ونقل عمومی",
        "ru": "Государственные транспортные коридоры",
        "kk": "Мемлекеттік көлік дәліздері",
    },
    "context_corridors": {
        "en": "Routes in UNODC reports",
        "fa": "مسیرها در گزارش‌های UNODC",
        "ru": "Маршруты в докладах УНП ООН",
        "kk": "UNODC баяндамаларындағы бағыттар",
    },
    "corridors": {
        "en": "Corridors that the articles state",
        "fa": "کریدورهایی که مقاله‌ها بیان می‌کنند",
        "ru": "Коридоры, о которых говорят статьи",
        "kk": "Мақалалар айтатын дәліздер",
    },
    "corridor_marks": {
        "en": "Marks of the corridors",
        "fa": "نشانه‌های کریدورها",
        "ru": "Знаки коридоров",
        "kk": "Дәліз белгілері",
    },
}
"""Layer id → title by language."""

DESCRIPTIONS: dict[str, dict[str, str]] = {
    "corridor_bands": {
        "en": "How far from its line each corridor may lie, in kilometres; width says nothing about volume.",
        "fa": "هر کریدور تا چند کیلومتر از خط خود دور تواند بود؛ پهنا چیزی از مقدار نمی‌گوید.",
        "ru": "На сколько километров коридор может отстоять от своей линии; ширина не говорит об объёме.",
        "kk": "Әр дәліз өз сызығынан неше шақырым алшақ болуы мүмкін; ені көлемді білдірмейді.",
    },
    "transport_corridors": {
        "en": "CAREC trade corridors by road and rail, between the places that the sources name. Infrastructure: "
        "nothing is said about drugs or crime.",
        "fa": "کریدورهای بازرگانی CAREC با جاده و راه‌آهن، میان جاهایی که منبع‌ها نام می‌برند. زیرساخت است: سخنی "
        "دربارهٔ مواد مخدر یا جرم نیست.",
        "ru": "Торговые коридоры ЦАРЭС, автомобильные и железнодорожные, между пунктами, которые называют источники. "
        "Инфраструктура: о наркотиках и преступности ничего не сказано.",
        "kk": "CAREC автомобиль және теміржол сауда дәліздері, дереккөздер атаған мекендер арасында. Инфрақұрылым: "
        "есірткі не қылмыс туралы ештеңе айтылмаған.",
    },
    "context_corridors": {
        "en": "Outside knowledge, not from the articles: arrows from country to country, through no town or road.",
        "fa": "دانشی بیرون از مقاله‌ها: پیکان‌هایی از کشور به کشور که از هیچ شهر یا جاده‌ای نمی‌گذرند.",
        "ru": "Знание вне статей: стрелки от страны к стране, не проведённые через города и дороги.",
        "kk": "Мақалалардан тыс мәлімет: елден елге бағытталған, қала мен жол арқылы өтпейтін көрсеткілер.",
    },
    "corridors": {
        "en": "Movements as the articles state them, no finer: arrows between areas, whole borders, whole areas.",
        "fa": "جابه‌جایی‌ها چنان‌که مقاله‌ها گفته‌اند و نه دقیق‌تر: پیکان میان ناحیه‌ها، همهٔ مرز، همهٔ ناحیه.",
        "ru": "Перемещения так, как о них говорят статьи, и не точнее: стрелки между территориями, границы и "
        "территории целиком.",
        "kk": "Қозғалыстар мақалаларда айтылғандай, одан дәл емес: аумақтар арасындағы көрсеткілер, тұтас шекаралар, "
        "тұтас аумақтар.",
    },
    "corridor_marks": {
        "en": "Soft bands, chevrons, heads, tags and rings that draw the corridors.",
        "fa": "نوارهای نرم، شکنج‌ها، سرپیکان‌ها، برچسب‌ها و حلقه‌هایی که کریدورها را رسم می‌کنند.",
        "ru": "Мягкие полосы, шевроны, наконечники, метки и кольца, которыми нарисованы коридоры.",
        "kk": "Дәліздерді сызатын жұмсақ жолақтар, шеврондар, ұштар, белгілер мен сақиналар.",
    },
}
"""Layer id → one or two sentences by language."""

GEOMETRY_NOTES: dict[str, dict[str, str]] = {
    "arrow": {
        "en": "Drawn from area to area. It follows no road and is led through no place; what it crosses on the way is "
        "not stated. The band is its doubt.",
        "fa": "از ناحیه به ناحیه رسم شده است. از هیچ جاده‌ای پیروی نمی‌کند و از هیچ جایی گذرانده نشده است؛ آنچه در راه "
        "از آن می‌گذرد گفته نشده است. نوار، میزان تردید است.",
        "ru": "Проведено от территории к территории. Не следует никакой дороге и не проведено ни через один пункт; о том, "
        "что лежит на пути, ничего не сказано. Полоса показывает неопределённость.",
        "kk": "Аумақтан аумаққа сызылған. Ешбір жолмен жүрмейді және ешбір елді мекен арқылы өткізілмеген; жолында не "
        "жатқаны айтылмаған. Жолақ белгісіздікті көрсетеді.",
    },
    "border": {
        "en": "The whole border is meant, no crossing point.",
        "fa": "همهٔ مرز مراد است، نه گذرگاهی معین.",
        "ru": "Имеется в виду вся граница, а не пункт пропуска.",
        "kk": "Өткізу бекеті емес, бүкіл шекара айтылған.",
    },
    "border_part": {
        "en": "The border along the named province is meant, no crossing point and no post.",
        "fa": "مرز در امتداد ولایت نام‌برده مراد است، نه گذرگاه یا پاسگاهی معین.",
        "ru": "Имеется в виду граница вдоль названной провинции, а не пункт пропуска или пост.",
        "kk": "Өткізу бекеті не күзет бекеті емес, аталған уәлаят бойындағы шекара айтылған.",
    },
    "area": {
        "en": "The whole area is meant, nothing in particular inside it.",
        "fa": "همهٔ ناحیه مراد است، نه جای معینی در آن.",
        "ru": "Имеется в виду вся территория, а не место внутри неё.",
        "kk": "Ішіндегі белгілі бір жер емес, бүкіл аумақ айтылған.",
    },
    "label": {
        "en": "Only named: a label beside the area, no line.",
        "fa": "تنها نام برده شده است: برچسبی کنار ناحیه، بی هیچ خطی.",
        "ru": "Только названо: подпись у территории, без линии.",
        "kk": "Тек аталған: аумақ жанындағы жазу, сызықсыз.",
    },
    "path": {
        "en": "Straight lines between the places that the source names and whose position is known; no road or railway is "
        "traced, and far from these places it may leave the band. Over a place that could not be found there is a gap.",
        "fa": "خط‌های راست میان جاهایی که منبع نام برده و جایشان دانسته است؛ هیچ جاده یا راه‌آهنی دنبال نشده است و دور از "
        "این جاها شاید از نوار بیرون رود. بر جایی که یافت نشد گسستگی هست.",
        "ru": "Прямые между пунктами, которые называет источник и положение которых известно; ни дорога, ни железная "
        "дорога не прослежены, и вдали от этих пунктов путь может выходить за полосу. Где пункт не найден, разрыв.",
        "kk": "Дереккөз атаған және орны белгілі елді мекендер арасындағы түзу сызықтар; жол да, теміржол да салынбаған, "
        "бұл мекендерден алыста жолақтан шығуы мүмкін. Табылмаған мекен тұсында үзік қалдырылған.",
    },
}
"""Depiction (``border_part``: a border along a named province) → what its geometry means, by language."""


def is_other(record: Mapping[str, Any]) -> bool:
    """Tell whether a corridor's record or feature says that something else than drugs moves.

    Where nothing is said to move (posts that were destroyed on a border), it is none.
    """
    return record.get("flow") not in (None, "drugs")


def legend_rows(features: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield for each feature of a corridor layer the row of the legend that it belongs to: ``other``, or its depiction."""
    for feature in features:
        yield "other" if is_other(feature) else str(feature["depiction"])


def is_candidate(record: Mapping[str, Any]) -> bool:
    """Tell whether a corridor's record or feature was read by a machine and reviewed by nobody."""
    return record.get("status") == "candidate"
