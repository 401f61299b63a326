"""WayKind: which ways of OpenStreetMap make a road or a rail network.

======  =========  ============================================  ==========================  =================
kind    tag        classes, main ones first                      read when none are chosen   left out
======  =========  ============================================  ==========================  =================
road    highway    motorway, trunk, primary, secondary,          motorway, trunk, primary    areas
                   tertiary; a link goes with its class
rail    railway    rail, narrow_gauge                            rail                        yards and spurs
======  =========  ============================================  ==========================  =================

The class alone decides. ``access`` is not looked at: bridges and roads at borders are often tagged as closed to the public.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from geo.errors import UnknownNetworkKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["KINDS", "WayKind", "way_kind"]


@dataclass(frozen=True, slots=True)
class WayKind:
    """One kind of network: the OSM ``tag`` that names a way's class, and the classes in it, main ones first.

    ``links`` says that ``<class>_link`` counts as the class; ``left_out`` holds (tag, value) pairs of ways that are never
    taken; ``has_one_ways`` that a way may be open in one direction only.
    """

    id: str
    tag: str
    classes: tuple[str, ...]
    default: tuple[str, ...]
    links: bool
    left_out: tuple[tuple[str, str], ...]
    has_one_ways: bool

    def choose(self, classes: Iterable[str] | None = None) -> tuple[str, ...]:
        """Return the chosen classes in the order of :attr:`classes`; ``None`` or none at all means :attr:`default`.

        Raises
        ------
        UnknownNetworkKind
            A class is none of this kind; all such are named.

        Examples
        --------
        >>> way_kind("road").choose(["primary", "motorway"])
        ('motorway', 'primary')
        """
        wanted = set(classes or self.default)
        if unknown := sorted(wanted - set(self.classes)):
            raise UnknownNetworkKind(
                f"A {self.id} network has no class {', '.join(unknown)}.",
                hint=f"Its classes: {', '.join(self.classes)}.",
            )
        return tuple(each for each in self.classes if each in wanted)

    def class_of(self, tags: Mapping[str, str]) -> str | None:
        """Return the class of a way with these tags, ``None`` where it is no way of this kind.

        Examples
        --------
        >>> way_kind("road").class_of({"highway": "trunk_link", "oneway": "yes"})
        'trunk'
        >>> way_kind("rail").class_of({"railway": "rail", "service": "yard"}) is None
        True
        """
        value = tags.get(self.tag, "")
        if self.links:
            value = value.removesuffix("_link")
        if value not in self.classes or any(tags.get(tag) == refused for tag, refused in self.left_out):
            return None
        return value

    def overpass_filter(self, classes: Iterable[str]) -> str:
        """Return the same choice in Overpass QL, to follow the word ``way``.

        Examples
        --------
        >>> way_kind("rail").overpass_filter(["rail"])
        '["railway"~"^(rail)$"]["service"!="spur"]["service"!="yard"]'
        """
        values = [value for each in classes for value in ([each, f"{each}_link"] if self.links else [each])]
        refused = "".join(f'["{tag}"!="{value}"]' for tag, value in self.left_out)
        return f'["{self.tag}"~"^({"|".join(values)})$"]{refused}'


KINDS: Mapping[str, WayKind] = MappingProxyType(
    {
        "rail": WayKind(
            id="rail",
            tag="railway",
            classes=("rail", "narrow_gauge"),
            default=("rail",),
            links=False,
            left_out=(("service", "spur"), ("service", "yard")),
            has_one_ways=False,
        ),
        "road": WayKind(
            id="road",
            tag="highway",
            classes=("motorway", "trunk", "primary", "secondary", "tertiary"),
            default=("motorway", "trunk", "primary"),
            links=True,
            left_out=(("area", "yes"),),
            has_one_ways=True,
        ),
    }
)
"""Every kind by id."""


def way_kind(id_: str) -> WayKind:
    """Return a kind by id.

    Raises
    ------
    UnknownNetworkKind
        There is none of that id.
    """
    try:
        return KINDS[id_]
    except KeyError:
        raise UnknownNetworkKind(f"There is no network kind {id_!r}.", hint=f"Kinds: {', '.join(KINDS)}.") from None
