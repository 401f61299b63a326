"""Log: who decided what, when and why; and the quality page: how often the machine was right."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from geo.errors import MalformedFilter
from layers.review.quality import Tally, grouped
from layers.review.verdicts import VERDICTS
from server.languages import page_language
from server.people.access import allows
from server.people.frame import page
from server.review.cards import title_of
from server.review.desk import blueprint, desk

__all__: list[str] = []

DECISIONS_A_PAGE = 50
_MOST_DIGITS = 15


@blueprint.get("/review/decisions")
@allows("reader")
def decisions() -> Response:
    """Answer the log of decisions, the last one first; takes ``reviewer``, ``verdict``, ``before`` (a decision's number)."""
    reviewer, verdict, before = (request.args.get(name, "") for name in ("reviewer", "verdict", "before"))
    if verdict and verdict not in VERDICTS:
        raise MalformedFilter("verdict", f"verdict={verdict!r} is unknown.", hint=f"Use one of: {', '.join(VERDICTS)}.")
    if before and not (before.isascii() and before.isdigit() and len(before) <= _MOST_DIGITS):
        raise MalformedFilter("before", f"before={before!r} is no number of a decision.", hint="Leave it out.")
    store = desk().store
    entries = store.log(reviewer=reviewer, verdict=verdict, before=int(before or 0), limit=DECISIONS_A_PAGE + 1)
    shown = entries[:DECISIONS_A_PAGE]
    return page(
        "review/decisions.html",
        entries=shown,
        titles=[title_of(entry.type, entry.event.after.record, page_language()) for entry in shown],
        reviewers=store.reviewers(),
        verdicts=VERDICTS,
        reviewer=reviewer,
        verdict=verdict,
        kept={"reviewer": reviewer, "verdict": verdict},
        older=shown[-1].event.id if len(entries) > len(shown) else None,
    )


@blueprint.get("/review/quality")
@allows("reader")
def quality() -> Response:
    """Answer the quality page."""
    categories, months, articles = desk().store.quality()
    by_type = grouped(categories, lambda each: each.key[0])
    return page(
        "review/quality.html",
        categories=categories,
        types=by_type,
        languages_told=_of(categories, 2),
        months=[(name, tally) for name, tally in _of(months, 0).items()],
        extractors=_of(months, 2),
        articles=articles,
        years=_years(articles),
        decided=sum(each.decided for each in categories),
    )


def _of(tallies: tuple[Tally, ...], part: int) -> dict[Any, Tally]:
    """Tallies summed by one part of their keys, sorted by it."""
    made = grouped(tallies, lambda each: each.key[part])
    return {key: made[key] for key in sorted(made, key=str)}


def _years(articles: Any) -> list[tuple[int | None, Tally]]:  # noqa: ANN401 -- OfArticle, several
    made: dict[int | None, Tally] = {}
    for each in articles:
        both = grouped([made.get(each.year, Tally(())), each.tally], lambda _: "")
        made[each.year] = both[""]
    return sorted(made.items(), key=lambda item: (item[0] is None, -(item[0] or 0)))
