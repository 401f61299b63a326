"""Rows of the queue: what waits for a decision, a page at a time, by indexes alone.

A page begins after the key of the last row of the one before, so that the thousandth is found as fast as the first, and
nothing is shown twice or left out while others decide.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, Self

import sqlalchemy as sa

from geo.errors import MalformedFilter
from layers.review.subject import SUBJECTS
from layers.store import tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.review.subject import SubjectType

__all__ = ["OpenName", "Row", "Wanted", "count", "names", "names_of", "page"]

View = Literal["open", "disagrees", "retired", "decided"]
_VIEWS = ("open", "disagrees", "retired", "decided")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which subjects, ``None`` and the empty text meaning all.

    ``view``: ``open`` waits for its first decision, ``disagrees`` was decided and a newer reading says otherwise,
    ``retired`` is found no more and nobody has decided on it, ``decided`` was decided. ``article`` is the sha256 of a text,
    ``organization`` and ``place`` an entity or folded name. Within an article subjects come as they stand in the text, else
    the heaviest first.
    """

    view: View = "open"
    type: SubjectType | None = None
    article: str = ""
    organization: str = ""
    place: str = ""

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> Self:
        """Return what a query asks for; names that are not ours are left alone.

        Raises
        ------
        MalformedFilter
            When there is no such view or sort.
        """
        said: dict[str, Any] = {each.name: query[each.name] for each in fields(cls) if query.get(each.name)}
        for name, known in (("view", _VIEWS), ("type", SUBJECTS)):
            if name in said and said[name] not in known:
                raise MalformedFilter(
                    name, f"{name}={said[name]!r} is unknown.", hint=f"Use one of: {', '.join(known)}."
                )
        return cls(**said)

    def query(self) -> dict[str, str]:
        """Return the query that asks for it; what is meant anyway is left out."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in said.items() if value and (name, value) != ("view", "open")}


@dataclass(frozen=True, slots=True)
class Row:
    """One subject of a page. ``key`` is what the next page begins after."""

    id: str
    type: SubjectType
    article: str
    status: str
    weight: int
    key: str


@dataclass(frozen=True, slots=True)
class OpenName:
    """A place or organization, and how many subjects that wait name it."""

    key: str
    name: str
    count: int


def page(connection: sa.Connection, wanted: Wanted, *, after: str = "", limit: int = 20) -> tuple[Row, ...]:
    """Return the first subjects after a key, the first of all after the empty one.

    Raises
    ------
    MalformedFilter
        When ``after`` is no key.
    """
    table = tables.candidates
    columns = [table.c[name] for name in ("id", "type", "article", "status", "weight", "start")]
    query = _chosen(sa.select(*columns), wanted)
    if wanted.article:
        if after:
            start, id_ = _key(after)
            query = query.where(table.c.start >= start, sa.or_(table.c.start > start, table.c.id > id_))
        query = query.order_by(table.c.start, table.c.id)
    else:
        name = _name(wanted)
        weight, id_column = (name.c.weight, name.c.candidate) if name is not None else (table.c.weight, table.c.id)
        if after:
            least, id_ = _key(after)
            query = query.where(weight <= least, sa.or_(weight < least, id_column < id_))
        # Both downwards: an index is walked in one direction.
        query = query.order_by(weight.desc(), id_column.desc())
    rows = connection.execute(query.limit(limit)).all()
    order = "start" if wanted.article else "weight"
    return tuple(
        Row(row.id, row.type, row.article, row.status, row.weight, f"{getattr(row, order)}.{row.id}") for row in rows
    )


def _key(text: str) -> tuple[int, str]:
    number, _, id_ = text.partition(".")
    if not number.isascii() or not number.isdigit() or not id_:
        raise MalformedFilter("after", f"after={text!r} is no place in the queue.", hint="Begin again without it.")
    return int(number), id_


def count(connection: sa.Connection, wanted: Wanted) -> int:
    """Return how many subjects there are in all."""
    query = _chosen(sa.select(sa.func.count()).select_from(tables.candidates), wanted)
    return int(connection.execute(query).scalar_one())


def _name(wanted: Wanted) -> sa.TableClause | Any:  # noqa: ANN401 -- an alias of a table
    return tables.candidate_names if (wanted.organization or wanted.place) and not wanted.article else None


def _chosen(query: sa.Select[Any], wanted: Wanted) -> sa.Select[Any]:
    table = tables.candidates
    if wanted.view == "open":
        query = query.where(table.c.status == "candidate")
    elif wanted.view == "disagrees":
        query = query.where(table.c.disagrees == sa.true())
    elif wanted.view == "retired":
        query = query.where(table.c.status == "retired")
    else:
        query = query.where(table.c.last_decision > 0)
    if wanted.type:
        query = query.where(table.c.type == wanted.type)
    if wanted.article:
        query = query.where(table.c.article == wanted.article)
    names = [("organization", wanted.organization), ("place", wanted.place)]
    own = _name(wanted)
    for kind, key in names:
        if not key:
            continue
        if own is not None:
            query = query.join(own, own.c.candidate == table.c.id).where(own.c.kind == kind, own.c.key == key)
            own = None
            continue
        other = tables.candidate_names.alias()
        query = query.where(
            sa.exists().where(other.c.candidate == table.c.id, other.c.kind == kind, other.c.key == key)
        )
    return query


def names(
    connection: sa.Connection, kind: Literal["place", "organization"], *, limit: int = 40
) -> tuple[OpenName, ...]:
    """Return the places or organizations that most subjects name, the most first; decided subjects count too."""
    table = tables.candidate_names
    total = sa.func.count().label("total")
    # By the index alone; the names of a few are looked up after.
    most = (
        sa.select(table.c.key, total)
        .where(table.c.kind == kind)
        .group_by(table.c.key)
        .order_by(total.desc(), table.c.key)
        .limit(limit)
    )
    counted = connection.execute(most).all()
    return tuple(OpenName(row.key, _name_of(connection, kind, row.key), int(row.total)) for row in counted)


def names_of(connection: sa.Connection, wanted: Wanted) -> list[str]:
    """Return what the article, place and organization of a queue are called, those that it has."""
    found = []
    if wanted.article:
        table = tables.articles
        query = sa.select(sa.func.coalesce(table.c.title, table.c.id)).where(table.c.sha256 == wanted.article)
        found.append(str(connection.execute(query).scalar() or wanted.article[:12]))
    found += [_name_of(connection, "place", wanted.place)] if wanted.place else []
    found += [_name_of(connection, "organization", wanted.organization)] if wanted.organization else []
    return found


def _name_of(connection: sa.Connection, kind: str, key: str) -> str:
    table = tables.candidate_names
    query = sa.select(table.c.name).where(table.c.kind == kind, table.c.key == key).order_by(table.c.weight.desc())
    return str(connection.execute(query.limit(1)).scalar() or key)
