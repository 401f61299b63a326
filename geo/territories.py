"""Territories: to which country, or disputed area, each first-level unit of Natural Earth belongs.

The point of view is *neutral*: a disputed area is a territory of its own, with the countries that claim it, and part of
no country's fill. The rule is recorded in ``data/territories.json``: each entry names units by their ``adm0_a3``,
``iso_3166_2`` or ``adm1_code`` and says on what basis. ``status`` is ``disputed``, or ``attached`` for areas that Natural Earth codes
apart although nobody disputes them. What no entry names belongs to the country of its ``iso_a2``.

Areas that no set of units makes up (Aksai Chin, the Golan Heights, South Ossetia, the Donbas, Essequibo, the Halaib
triangle) stay with the country that Natural Earth gives them to; their lines are in ``disputed_lines.geojson``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Territory", "read_rules", "territory_of"]


@dataclass(frozen=True, slots=True)
class Territory:
    """One recorded rule.

    ``id`` is the territory that the units belong to: a slug for a disputed area, a lower-case alpha-2 code for an
    attached one. ``claimants`` are lower-case alpha-2 codes, sorted; empty for an attached area.
    """

    id: str
    name: Mapping[str, str]
    claimants: tuple[str, ...]
    adm0_a3: frozenset[str]
    iso_3166_2: frozenset[str]
    adm1_code: frozenset[str]
    status: Literal["attached", "disputed"]
    basis: str

    def matches(self, properties: Mapping[str, Any]) -> bool:
        """Whether the rule names the unit with these Natural Earth properties."""
        return (
            properties.get("adm0_a3") in self.adm0_a3
            or properties.get("iso_3166_2") in self.iso_3166_2
            or properties.get("adm1_code") in self.adm1_code
        )


def read_rules(entries: Iterable[Mapping[str, Any]]) -> tuple[Territory, ...]:
    """Make the rules from the entries of ``data/territories.json``, in their order.

    Examples
    --------
    >>> from geo.datasets import read_json
    >>> [rule.claimants for rule in read_rules(read_json("territories.json")) if rule.id == "crimea"]
    [('ru', 'ua')]
    """
    return tuple(
        Territory(
            id=entry["id"],
            name=entry["name"],
            claimants=tuple(sorted(entry["claimants"])),
            adm0_a3=frozenset(entry["match"].get("adm0_a3", ())),
            iso_3166_2=frozenset(entry["match"].get("iso_3166_2", ())),
            adm1_code=frozenset(entry["match"].get("adm1_code", ())),
            status=entry["status"],
            basis=entry["basis"],
        )
        for entry in entries
    )


def territory_of(properties: Mapping[str, Any], rules: Sequence[Territory]) -> str:
    """Return the id of the territory that a unit belongs to: the first rule's that names it, else its ``iso_a2``.

    Examples
    --------
    >>> territory_of({"adm0_a3": "TJK", "iso_a2": "TJ"}, ())
    'tj'
    """
    for rule in rules:
        if rule.matches(properties):
            return rule.id
    return str(properties["iso_a2"]).lower()
