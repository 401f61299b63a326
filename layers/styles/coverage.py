"""Fills of whole areas that a reader asks for: members of an organization, coverage by articles and silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.styles.look import COVERAGE, MEMBERS, equals, every, layer, opens
from layers.styles.tokens import tokens

if TYPE_CHECKING:
    from layers.styles.look import Look
    from layers.styles.tokens import Expression, Json


def members(look: Look) -> list[Json]:
    """Fill the chosen organization: a tint where an article states the member, a grey hatch where outside knowledge does.

    Hidden until one is chosen: what is hidden loads no tile.
    """
    alpha = tokens()["organization_alpha"][look.theme]
    # Whoever only started it or sends troops is not a member, and a member that did both is tinted once.
    is_member: Expression = ["match", ["get", "relation"], ["member", "founder", "joined_later"], True, False]
    chosen = every(equals("organization", ["global-state", "organization"]), is_member)
    return [
        opens(
            layer(
                "fill",
                "members-attested",
                "organizations",
                "organizations.attested",
                source=MEMBERS,
                filter=every(chosen, equals("basis", "attested")),
                layout={"visibility": "none"},
                paint={"fill-color": look.color("institution"), "fill-opacity": alpha, "fill-antialias": False},
            )
        ),
        opens(
            layer(
                "fill",
                "members-context",
                "organizations",
                "organizations.context",
                source=MEMBERS,
                filter=every(chosen, equals("basis", "context")),
                layout={"visibility": "none"},
                paint={"fill-pattern": "hatch-context"},
            )
        ),
    ]


CUT_ZOOM = 5
"""From this zoom on a state that is cut into provinces is told of province by province."""

_COVERAGE: Expression = ["global-state", "coverage"]


def choropleth(look: Look) -> list[Json]:
    """Tint states and provinces by how many articles, groups or languages speak of them; hatch those of which none does.

    Hidden until a reader asks for it. From afar states are shown, from :data:`CUT_ZOOM` on provinces where there are any.
    """
    number: Expression = [
        "match", _COVERAGE, "groups", ["get", "group_count"], "languages", ["get", "language_count"],
        ["get", "article_count"],
    ]  # fmt: skip
    opacity: Expression = ["step", number, 0, 1, 0.2, 2, 0.34, 3, 0.46, 6, 0.6]
    return [_areas(look, name, opacity, is_far=is_far) for name, is_far in (("far", True), ("near", False))] + [
        _silence(name, is_far=is_far) for name, is_far in (("far", True), ("near", False))
    ]


def _shown(*, is_far: bool) -> Expression:
    is_state = equals("kind", "state")
    return is_state if is_far else ["any", ["!", is_state], ["!=", ["get", "is_cut"], True]]


def _zooms(*, is_far: bool) -> dict[str, int]:
    return {"maxzoom": CUT_ZOOM} if is_far else {"minzoom": CUT_ZOOM}


def _areas(look: Look, name: str, opacity: Expression, *, is_far: bool) -> Json:
    return opens(
        layer(
            "fill",
            f"coverage-{name}",
            "article_coverage",
            "coverage.articles",
            source=COVERAGE,
            **_zooms(is_far=is_far),
            filter=every(_shown(is_far=is_far), ["!=", _COVERAGE, "silence"]),
            layout={"visibility": "none"},
            paint={"fill-color": look.color("accent"), "fill-opacity": opacity, "fill-antialias": False},
        )
    )


def _silence(name: str, *, is_far: bool) -> Json:
    return opens(
        layer(
            "fill",
            f"silence-{name}",
            "article_coverage",
            "coverage.silence",
            source=COVERAGE,
            **_zooms(is_far=is_far),
            filter=every(_shown(is_far=is_far), equals("article_count", 0), ["==", _COVERAGE, "silence"]),
            layout={"visibility": "none"},
            paint={"fill-pattern": "hatch-context"},
        )
    )
