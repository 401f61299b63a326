"""The comparison of many articles: of all of them next to nothing is held, and what comes of it is the same."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar, Self
from weakref import WeakSet

from layers.articles.reading import Reading
from layers.pickled import Pickled

if TYPE_CHECKING:
    from layers.articles.reader import Reader

PLACES = ("Kulob", "Khorog", "Termez", "Kunduz", "Osh", "Bishkek", "Panjakent", "Samarkand", "Almaty", "Dushanbe")
COUNTRIES = ("Tajikistan", "Uzbekistan", "Kazakhstan")


def story(number: int) -> str:
    """Return a report; every fourth one is the one before, printed again."""
    at = number - (number % 4 == 1)
    one, other, third = (PLACES[(at * step + at // 10) % 10] for step in (1, 3, 7))
    return (
        f"On 12 May 2019 border guards near {one} seized {at + 3} kg of heroin that had come from Kunduz. "
        f"A road from {other} to {third} was closed, and {1_000 + 37 * at} lorries waited beside {one}. "
        f"About {20 + at % 50}% of Afghanistan's opium passes through {COUNTRIES[at % 3]} to Russia, an official said."
    )


class Watched(Reading):
    """A reading that is counted as long as it is held by anybody."""

    __slots__ = ("__weakref__",)
    alive: ClassVar[WeakSet[Watched]] = WeakSet()
    most: ClassVar[int] = 0

    def __new__(cls, *_: Any, **__: Any) -> Self:
        made = super().__new__(cls)
        cls.alive.add(made)
        Watched.most = max(Watched.most, len(cls.alive))
        return made


def put_aside(reader: Reader, count: int) -> Pickled[Reading]:
    waiting = Pickled[Reading]()
    for number in range(count):
        light = reader.read(story(number), id=f"{number:03}").to_compare()
        waiting.add(Watched(**{each.name: getattr(light, each.name) for each in fields(light)}))
    return waiting


def test_a_comparison_holds_a_handful_of_readings_however_many_there_are(reader: Reader) -> None:
    most = []
    for count in (12, 60):
        waiting = put_aside(reader, count)
        assert not Watched.alive
        Watched.most = 0
        comparison = reader.compare(waiting)
        most.append(Watched.most)
        assert not Watched.alive
        assert len(comparison.conflicts) >= count // 4
        assert comparison.groups["005"] == comparison.groups["004"]
    assert most[0] == most[1] <= 6, most


def test_what_lies_on_disk_compares_like_what_is_held(reader: Reader) -> None:
    held = [reader.read(story(number), id=f"{number:03}") for number in range(24)]
    lying = reader.compare(Pickled(each.to_compare() for each in held))
    told = reader.compare(held)
    assert (lying.groups, lying.conflicts) == (told.groups, told.conflicts)
    assert any(each.conflicts for each in reader.compared(held))


def test_numbers_that_leaked_are_put_right_in_the_readings_of_a_comparison(reader: Reader) -> None:
    page = (
        "در سال 8335 پل بسته شد و در سال 8938 راه باز شد. در ژوئن 1551 بیش از 75% بار و 8555 تن آمد. "
        "به گفته رضایی، 8935: 11 و در سال 1585 میلادی 0555 نفر رفتند (Smith, 2019: 14)."
    )
    copied = "In June 2002 more than 75% of the freight and 8,555 tonnes came to Osh. In 2010 some 5,055 people left."
    readings = [reader.read(text, id=id_) for id_, text in (("a", story(0)), ("en", copied), ("fa", page))]
    comparison = reader.compare(Pickled(each.to_compare() for each in readings))
    (reread,) = comparison.reread
    assert reread.id == "en"
    suspect = [each.as_printed for each in comparison.readings[1].numerals if each.integrity == "suspect"]
    assert suspect == ["75", "8,555", "5,055"]
    assert [each.id for each in comparison.readings] == ["a", "en", "fa"]
    assert comparison.readings[-1].numerals == readings[-1].numerals
