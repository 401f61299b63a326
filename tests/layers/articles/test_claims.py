"""Claims: places, shares and memberships that invented sentences state, in six languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InvalidRecords
from layers.articles.documents.passages import passages_of
from layers.articles.mention import Mention
from layers.articles.statements.claims import find_claims
from layers.articles.statements.flow_lexicon import FlowLexicon
from layers.articles.wording.document import Document
from layers.articles.wording.text import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.articles.mention import Kind, PlaceKind, Role
    from layers.articles.statements.claim import ReadClaim

NAMES: dict[str, tuple[Kind, str, PlaceKind | None, Role]] = {
    "Afghanistan": ("place", "Afghanistan", "country", "literal"),
    "Afghan": ("place", "Afghanistan", "country", "adjectival"),
    "Central Asian": ("place", "Central Asia", "region", "adjectival"),
    "Central Asia": ("place", "Central Asia", "region", "literal"),
    "Tajikistan": ("place", "Tajikistan", "country", "literal"),
    "Uzbekistan": ("place", "Uzbekistan", "country", "literal"),
    "Kyrgyzstan": ("place", "Kyrgyzstan", "country", "literal"),
    "Kazakhstan": ("place", "Kazakhstan", "country", "literal"),
    "Turkmenistan": ("place", "Turkmenistan", "country", "literal"),
    "Russia": ("place", "Russia", "country", "literal"),
    "China": ("place", "China", "country", "literal"),
    "Europe": ("place", "Europe", "region", "literal"),
    "Osh": ("place", "Osh", "city", "literal"),
    "Termez": ("place", "Termez", "city", "literal"),
    "افغانستان": ("place", "Afghanistan", "country", "literal"),
    "تاجیکستان": ("place", "Tajikistan", "country", "literal"),
    "آسیای مرکزی": ("place", "Central Asia", "region", "literal"),
    "روسیه": ("place", "Russia", "country", "literal"),
    "اروپا": ("place", "Europe", "region", "literal"),
    "Афганистана": ("place", "Afghanistan", "country", "literal"),
    "Таджикистан": ("place", "Tajikistan", "country", "literal"),
    "Таджикистане": ("place", "Tajikistan", "country", "literal"),
    "Россию": ("place", "Russia", "country", "literal"),
    "России": ("place", "Russia", "country", "literal"),
    "Ауғанстаннан": ("place", "Afghanistan", "country", "literal"),
    "Өзбекстан": ("place", "Uzbekistan", "country", "literal"),
    "Ресейге": ("place", "Russia", "country", "literal"),
    "Қазақстанға": ("place", "Kazakhstan", "country", "literal"),
    "Афғонистон": ("place", "Afghanistan", "country", "literal"),
    "Тоҷикистон": ("place", "Tajikistan", "country", "literal"),
    "Русия": ("place", "Russia", "country", "literal"),
    "Ўзбекистондан": ("place", "Uzbekistan", "country", "literal"),
    "Россияга": ("place", "Russia", "country", "literal"),
    "Harbour League": ("organization", "Harbour League", None, "literal"),
    "Black Sail": ("organization", "Black Sail", None, "literal"),
}


@dataclass(frozen=True)
class Number:
    reading: Span
    as_printed: str
    value: float | None
    candidates: tuple[float, ...] = ()
    integrity: str = "intact"


@cache
def lexicon() -> FlowLexicon:
    return FlowLexicon.read()


def mentions_of(document: Document) -> tuple[Mention, ...]:
    pattern = "|".join(sorted(map(re.escape, NAMES), key=len, reverse=True))
    found = []
    for match in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", document.text.reading):
        kind, name, place_kind, role = NAMES[match[0]]
        span = document.spans(*match.span())[0]
        surface = document.text.source[span.start : span.end]
        found.append(
            Mention(
                kind,
                span.start,
                span.end,
                surface,
                Span(*match.span()),
                name,
                entity=name,
                place_kind=place_kind,
                role=role,
            )
        )
    return tuple(found)


def numbers_of(document: Document, scrambled: Sequence[float] = ()) -> tuple[Number, ...]:
    return tuple(
        Number(Span(*match.span()), match[0], None, tuple(scrambled), "font_substituted")
        if scrambled
        else Number(Span(*match.span()), match[0], float(match[0].replace(",", "")))
        for match in re.finditer(r"\d[\d,]*\d|\d", document.text.reading)
    )


def claims_of(text: str, scrambled: Sequence[float] = ()) -> tuple[ReadClaim, ...]:
    document = Document.of(text)
    return find_claims(document, mentions_of(document), numbers_of(document, scrambled), lexicon())


def only(text: str) -> ReadClaim:
    (claim,) = claims_of(text)
    return claim


def ways(claim: ReadClaim) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    return claim.origin, claim.transit, claim.destination


@pytest.mark.parametrize(
    ("text", "origin", "transit", "destination"),
    [
        ("Heroin is smuggled from Afghanistan via Tajikistan to Russia.", "Afghanistan", "Tajikistan", "Russia"),
        ("Opium was carried through Uzbekistan into Russia.", "", "Uzbekistan", "Russia"),
        ("Russia is reached by heroin shipped from Afghanistan through Tajikistan.", "Afghanistan", "Tajikistan", ""),
        ("Drugs go to Europe and Russia from Afghanistan.", "Afghanistan", "", "Europe|Russia"),
        ("Afghan heroin reaches Russia.", "Afghanistan", "", "Russia"),
        (
            "Opiates cross Tajikistan, Kyrgyzstan and Kazakhstan on their way to Russia.",
            "",
            "Tajikistan|Kyrgyzstan|Kazakhstan",
            "Russia",
        ),
        ("Two kilos of opium were seized. Believed route: Tajikistan to Kazakhstan.", "Tajikistan", "", "Kazakhstan"),
        ("هروئین از افغانستان از طریق تاجیکستان به روسیه قاچاق می‌شود.", "Afghanistan", "Tajikistan", "Russia"),
        (
            "مواد مخدر تولید شده در افغانستان از راه آسیای مرکزی به اروپا و روسیه منتقل می‌شود.",
            "Afghanistan",
            "Central Asia",
            "Europe|Russia",
        ),
        ("Героин из Афганистана через Таджикистан переправляют в Россию.", "Afghanistan", "Tajikistan", "Russia"),
        ("Ауғанстаннан героин Өзбекстан арқылы Ресейге тасымалданады.", "Afghanistan", "Uzbekistan", "Russia"),
        ("Ҳероин аз Афғонистон тавассути Тоҷикистон ба Русия қочоқ мешавад.", "Afghanistan", "Tajikistan", "Russia"),
        ("Героин Ўзбекистондан Россияга олиб кетилган.", "Uzbekistan", "", "Russia"),
    ],
)
def test_a_drug_flow_is_read_in_every_language(text: str, origin: str, transit: str, destination: str) -> None:
    claim = only(text)
    assert claim.type == "drug_flow"
    assert ways(claim) == tuple(tuple(filter(None, names.split("|"))) for names in (origin, transit, destination))


@pytest.mark.parametrize(
    ("text", "type_", "origin", "destination"),
    [
        ("Turkmenistan exports gas to China.", "energy_flow", "Turkmenistan", "China"),
        ("China imports oil from Kazakhstan.", "energy_flow", "Kazakhstan", "China"),
        ("Wheat is shipped from Kazakhstan to Uzbekistan.", "trade_flow", "Kazakhstan", "Uzbekistan"),
        ("Weapons were smuggled from Afghanistan to Tajikistan.", "arms_flow", "Afghanistan", "Tajikistan"),
        ("Fighters crossed from Afghanistan into Tajikistan.", "fighter_flow", "Afghanistan", "Tajikistan"),
        ("Refugees fled from Afghanistan to Uzbekistan.", "migration_flow", "Afghanistan", "Uzbekistan"),
        ("Tajikistan admitted forty Afghan soldiers.", "migration_flow", "Afghanistan", "Tajikistan"),
    ],
)
def test_what_moves_gives_the_type(text: str, type_: str, origin: str, destination: str) -> None:
    claim = only(text)
    assert (claim.type, ways(claim)) == (type_, ((origin,), (), (destination,)))


def test_a_place_to_be_is_no_way() -> None:
    assert claims_of("В России изъяли героин, в Таджикистане задержали курьера.") == ()
    assert claims_of("Police in Osh seized heroin; a man from Termez was arrested.") == ()


def test_a_region_pointed_at_is_the_last_region_and_less_sure() -> None:
    named = only("Central Asia has long borders. Heroin is smuggled from Afghanistan through Central Asia to Russia.")
    pointed = only("Central Asia has long borders. Heroin is smuggled from Afghanistan through this region to Russia.")
    assert ways(pointed) == ways(named) == (("Afghanistan",), ("Central Asia",), ("Russia",))
    assert pointed.confidence < named.confidence
    assert [slot.relative for slot in pointed.slots] == [False, True, False]


def test_two_flows_of_a_sentence_are_two_claims() -> None:
    first, second = claims_of(
        "Opium is shipped from Afghanistan to Tajikistan, and precursors from China to Afghanistan."
    )
    assert ways(first) == (("Afghanistan",), (), ("Tajikistan",))
    assert ways(second) == (("China",), (), ("Afghanistan",))


def test_shares_of_production_and_of_consumption_have_other_denominators() -> None:
    produced, used = claims_of(
        "More than 60% of the opium produced in Afghanistan goes to Europe through Central Asia. "
        "About 20% of the heroin used in Russia has been transported through Central Asia."
    )
    assert produced.value is not None
    assert used.value is not None
    assert (produced.value.basis, produced.value.low, produced.value.best) == ("production", 60.0, None)
    assert (used.value.basis, used.value.low, used.value.best) == ("consumption", None, 20.0)
    assert produced.value.denominator == "opiates produced in Afghanistan"
    assert used.value.denominator == "heroin consumed in Russia"


def test_a_number_that_is_not_to_be_trusted_is_kept_and_asserts_nothing() -> None:
    (claim,) = claims_of("More than 75% of the opium produced in Afghanistan goes to Europe.", scrambled=(60, 70))
    assert claim.value is not None
    assert (claim.value.as_printed, claim.value.low, claim.value.best, claim.value.high) == ("75%", None, None, None)
    assert claim.value.candidates == (60.0, 70.0)
    assert claim.to_json()["integrity"] == "font_substituted"


def test_a_share_of_funds_is_no_flow() -> None:
    (claim,) = claims_of("Opium matters here. Black Sail draws 40% of its funds from the drug trade.")
    assert claim.type == "share"
    assert claim.value is not None
    assert (claim.value.basis, claim.value.denominator) == ("funds", "funds of Black Sail")


def test_troops_are_counted_by_giver() -> None:
    claims = claims_of(
        "Russia pledged 3,000 troops, Kazakhstan 2,500, and Tajikistan and Kyrgyzstan will provide 700 troops each."
    )
    assert [(claim.type, claim.origin, claim.value.best if claim.value else None) for claim in claims] == [
        ("quantity", ("Russia",), 3000.0),
        ("quantity", ("Kazakhstan",), 2500.0),
        ("quantity", ("Tajikistan", "Kyrgyzstan"), 700.0),
    ]


def test_members_and_founders() -> None:
    member, founder = claims_of(
        "Russia, China and Kazakhstan are members of the Harbour League. "
        "The organization was founded in 1999 by Russia and China."
    )
    assert (member.relation, member.names("member")) == ("member", ("Russia", "China", "Kazakhstan"))
    assert (founder.relation, founder.names("organization")) == ("founder", ("Harbour League",))
    assert founder.value is not None
    assert (founder.value.unit, founder.value.best) == ("year", 1999.0)


@pytest.mark.parametrize(
    ("text", "modality", "polarity"),
    [
        ("Couriers tried to smuggle heroin from Afghanistan to Russia.", "planned", "positive"),
        ("Heroin is allegedly smuggled from Afghanistan to Russia.", "alleged", "positive"),
        ("The ministry denied that heroin is smuggled from Afghanistan to Russia.", "denied", "positive"),
        ("Heroin has not been smuggled from Afghanistan to Russia.", "asserted", "negative"),
        ("Heroin is smuggled from Afghanistan to Russia.", "asserted", "positive"),
    ],
)
def test_how_it_is_said_is_kept(text: str, modality: str, polarity: str) -> None:
    claim = only(text)
    assert (claim.modality, claim.polarity) == (modality, polarity)


def test_evidence_is_what_was_printed() -> None:
    text = "Nothing here. He­roin is smuggled from Afghanistan to Russia."
    claim = only(text)
    assert text[claim.evidence[0].start : claim.evidence[-1].end] == "He­roin is smuggled from Afghanistan to Russia"
    assert claim.to_json()["evidence"] == [{"start": span.start, "end": span.end} for span in claim.evidence]


def test_rows_of_a_list_are_passages_of_their_own() -> None:
    rows = "Log of the week:\n- opium from Afghanistan, one truck\n- a visit to Russia, two ministers\n"
    assert len(passages_of(Document.of(rows))) == 3
    assert claims_of(rows) == ()


def test_a_faulty_lexicon_names_every_fault() -> None:
    with pytest.raises(InvalidRecords) as caught:
        FlowLexicon.of(
            '[[cue]]\nrole = "sideways"\nside = "before"\nen = ["at"]\n[[movement]]\nid = "x"\nde = ["nach"]\n[[odd]]\n'
        )
    assert len(caught.value.faults) == 4
    with pytest.raises(InvalidRecords, match="no valid TOML"):
        FlowLexicon.of("[[cue")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *NAMES,
                "heroin",
                "smuggled from",
                "to",
                "via",
                "به",
                "از طریق",
                "через",
                "75%",
                ".",
                "\n\n",
                ";",
                "\ud800",
                "\x00",
                "این منطقه",
                "арқылы",
            ]
        ),
        max_size=40,
    )
)
def test_any_text_gives_claims_that_lead_back_to_it(pieces: list[str]) -> None:
    text = " ".join(pieces)
    for claim in claims_of(text):
        assert claim.evidence
        assert all(0 <= span.start < span.end <= len(text) for span in (*claim.evidence, claim.trigger))
        for slot in claim.slots:
            if not slot.relative:
                assert NAMES[text[slot.start : slot.end]][1] == slot.name


@pytest.mark.parametrize(
    ("text", "denominator"),
    [
        ("Some 40 per cent of Afghan heroin is smuggled to Russia through Tajikistan.", "heroin of Afghanistan"),
        ("A quarter of the opium produced in Afghanistan goes to Russia.", "opiates produced in Afghanistan"),
        ("Kyrgyzstan imports 90% of its fuel from Russia.", "energy, trade"),
    ],
)
def test_a_share_says_of_what(text: str, denominator: str) -> None:
    value = only(text).value
    assert value is not None
    assert value.denominator == denominator


def test_a_negation_before_the_commodity_is_kept() -> None:
    assert only("No heroin is smuggled from Tajikistan to China.").polarity == "negative"


@pytest.mark.parametrize(
    "text",
    ["", "a" * 200_000, "\ud800" * 100, "75% " * 5_000, "from Afghanistan to Russia " * 2_000 + "heroin smuggled"],
)
def test_odd_texts_take_no_long_time(text: str) -> None:
    document = Document.of(text)
    assert isinstance(find_claims(document, mentions_of(document), numbers_of(document), lexicon()), tuple)


@pytest.mark.parametrize(
    ("text", "flow"),
    [
        ("Tajikistan is a transit country for Afghan opiates.", (("Afghanistan",), ("Tajikistan",), ())),
        ("Tajikistan, long a conduit for narcotics, has few guards.", ((), ("Tajikistan",), ())),
        ("تاجیکستان گذرگاه مواد مخدر است.", ((), ("Tajikistan",), ())),
        ("Таджикистан остаётся транзитной страной для наркотиков.", ((), ("Tajikistan",), ())),
        ("Drug trafficking in Central Asia has grown.", ((), ("Central Asia",), ())),
        ("In Kyrgyzstan drug trafficking has grown.", ((), ("Kyrgyzstan",), ())),
        ("قاچاق مواد مخدر در آسیای مرکزی افزایش یافته است.", ((), ("Central Asia",), ())),
        ("В Таджикистане вырос трафик наркотиков.", ((), ("Tajikistan",), ())),
        ("Tajikistan guards the river. Drugs go through this country to Europe.", ((), ("Tajikistan",), ("Europe",))),
    ],
)
def test_what_lies_on_the_way_is_a_flow_of_one_place(
    text: str, flow: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
) -> None:
    claim = only(text)
    assert (claim.origin, claim.transit, claim.destination) == flow


@pytest.mark.parametrize(
    "text",
    [
        "He was arrested for drug trafficking in Kazakhstan.",
        "Police fight drug trafficking in Tajikistan.",
        "Tajikistan is a transit country for tourists.",
        "Drug trafficking was discussed at length by the ministers who met in Uzbekistan.",
        "Drug trafficking in Osh was denied by no one.",
    ],
)
def test_a_charge_a_campaign_and_a_meeting_place_state_no_flow(text: str) -> None:
    assert claims_of(text) == ()


@pytest.mark.parametrize(
    ("text", "flows"),
    [
        (
            "Kazakhstan exports oil to China, while Turkmenistan ships gas to Russia.",
            [(("Kazakhstan",), ("China",)), (("Turkmenistan",), ("Russia",))],
        ),
        (
            "Opium is smuggled from Afghanistan and Tajikistan to Russia and Europe.",
            [(("Afghanistan", "Tajikistan"), ("Russia", "Europe"))],
        ),
    ],
)
def test_a_sentence_with_two_subjects_states_two_flows_and_a_list_one(
    text: str, flows: list[tuple[tuple[str, ...], tuple[str, ...]]]
) -> None:
    assert [(each.origin, each.destination) for each in claims_of(text)] == flows


def test_a_committee_commits_no_troops() -> None:
    text = "More than 1,000 soldiers fled into Tajikistan, the State Committee said."
    assert not [each for each in claims_of(text) if each.type == "quantity"]
