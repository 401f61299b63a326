"""Independence: what was taken or translated from another text is one source with it, and nothing else is."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.articles.mention import Mention
from layers.articles.versions.fingerprint import Fingerprint
from layers.articles.versions.independence import independence_groups, likeness, likenesses
from layers.articles.wording.document import Document
from layers.articles.wording.text import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

WORDS = ("river", "post", "market", "bridge", "guard", "truck", "valley", "school", "bank", "rail", "wheat", "night")


@dataclass(frozen=True)
class Read:
    document: Document
    mentions: tuple[Mention, ...] = ()

    @property
    def id(self) -> str:
        return self.document.id


def story(seed: int, length: int = 120) -> str:
    """Return words in an order of their own; the shorter story of a seed is the beginning of the longer."""
    draw = Random(seed)
    return " ".join(draw.choice(WORDS) for _ in range(length))


def read(id_: str, text: str, entities: Sequence[str] = ()) -> Read:
    mentions = tuple(
        Mention("place", at, at + 1, "x", Span(at, at + 1), name, entity=name) for at, name in enumerate(entities)
    )
    return Read(Document.of(text, id=id_), mentions)


def test_a_reprint_is_one_source_with_its_original() -> None:
    original = story(1)
    reprint = f"From our own correspondent. {original} All rights reserved."
    groups = independence_groups([read("b", reprint), read("a", original), read("c", story(2))])
    assert groups == {"a": "a", "b": "a", "c": "c"}


def test_a_reprint_of_a_part_is_told_from_a_common_notice() -> None:
    notice = story(9, 30)
    one, other = f"{story(3)} {notice}", f"{story(4)} {notice}"
    part = story(3, 80)
    assert independence_groups([read("a", one), read("b", other)]) == {"a": "a", "b": "b"}
    assert independence_groups([read("a", one), read("b", part)]) == {"a": "a", "b": "a"}


def test_a_translation_is_known_by_works_cited_in_order_and_by_runs_of_places() -> None:
    works = [
        ("Ashworth", 2011),
        ("Belov", 2014),
        ("Castell", 2009),
        ("Dunmore", 2017),
        ("Eklund", 2003),
        ("Farrow", 2019),
    ]
    places = [f"p{at * at % 17}" for at in range(30)]
    english = ". ".join(f"{WORDS[at]} ({name} A., {year})" for at, (name, year) in enumerate(works))
    persian = ". ".join(f"مرز و بازار ({name}, {year}: 2-9)" for name, year in works)
    same = likeness(Fingerprint.of(read("en", english, places)), Fingerprint.of(read("fa", persian, places)))
    assert same.is_same_source
    assert any("works are cited" in reason for reason in same.reasons)
    assert any("runs of places" in reason for reason in same.reasons)
    shuffled = ". ".join(f"مرز ({name}, {year}: 2-9)" for name, year in reversed(works))
    other = likeness(Fingerprint.of(read("en", english, places)), Fingerprint.of(read("fa", shuffled, places[::-1])))
    assert not other.is_same_source


def test_figures_of_one_event_do_not_make_one_source() -> None:
    figures = "1,037 soldiers, 8,555 tablets, 335.855 kg and 4,179 plants"
    one, other = f"{story(5)} {figures}", f"{story(6)} {figures}"
    pair = likeness(Fingerprint.of(read("a", one)), Fingerprint.of(read("b", other)))
    assert 0 < pair.score < 0.6
    assert "335.855" in pair.reasons[0] or "1037" in pair.reasons[0]


def test_the_same_town_does_not_make_one_source() -> None:
    places = ["Springfield", "Shelbyville"] * 12
    prints = [Fingerprint.of(read(f"{seed}", story(seed), places)) for seed in range(2, 9)]
    assert set(independence_groups(prints).values()) == {print_.id for print_ in prints}


def test_many_articles_are_compared_without_comparing_all() -> None:
    prints = [
        Fingerprint.of(read(f"{seed:05}", f"{story(seed, 40)} {seed * 7919 + 10_001}")) for seed in range(10, 600)
    ]
    reprint = Fingerprint.of(read("99999", story(20, 40)))
    groups = independence_groups([*prints, reprint])
    assert groups["99999"] == groups["00020"]
    pairs = sum(1 for _ in likenesses([*prints, reprint]))
    assert pairs < len(prints) ** 2 / 20


def test_words_are_not_needed() -> None:
    whole = read("a", story(1))
    light = Read(Document("a", whole.document.text, "en", (), (), ()))
    assert Fingerprint.of(light) == Fingerprint.of(whole)


@pytest.mark.parametrize("text", ["", "x", "\ud800\x00", "a" * 200_000, "1" * 50_000, "(" * 20_000, "A 2011 " * 3_000])
def test_odd_texts_have_a_fingerprint(text: str) -> None:
    groups = independence_groups([read("a", text), read("b", "")])
    assert set(groups) == {"a", "b"}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(min_value=2, max_value=12), min_size=1, max_size=8), st.randoms())
def test_groups_do_not_depend_on_the_order_of_articles(seeds: list[int], random: object) -> None:
    prints = [Fingerprint.of(read(f"{at}", story(seed))) for at, seed in enumerate(seeds)]
    groups = independence_groups(prints)
    random.shuffle(prints)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert independence_groups(prints) == groups
    assert all(groups[root] == root and root <= id_ for id_, root in groups.items())
    for one, other in ((a, b) for a in groups for b in groups):
        assert (groups[one] == groups[other]) >= (seeds[int(one)] == seeds[int(other)])
