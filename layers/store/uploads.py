"""UploadStore: files that people brought, from when they wait to be read to what became of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Literal, Self

import sqlalchemy as sa

from layers.store import audit as audit_rows
from layers.store import tables
from layers.store.engine import open_engine, reading, writing
from layers.store.schema import upgrade

if TYPE_CHECKING:
    from types import TracebackType

    from layers.store.audit import Event

__all__ = ["State", "Upload", "UploadStore"]

State = Literal["waiting", "reading", "done", "failed"]

_OPEN: tuple[State, ...] = ("waiting", "reading")
_MOST_TRIES = 2


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a person brought.

    ``person`` is the name they sign in with, ``kind`` what the file holds, ``published`` the day that they gave for it,
    ``at`` the ISO 8601 time when it came. ``fault`` and ``hint`` say why it could not be read; ``article`` is the sha256 of
    its text once it is, ``candidates`` how many were new, ``None`` where it had been read before.
    """

    id: str
    person: str
    file_name: str
    kind: str
    file_sha256: str
    size_bytes: int
    published: str | None
    at: str
    state: State = "waiting"
    tries: int = 0
    fault: str | None = None
    hint: str | None = None
    article: str | None = None
    candidates: int | None = None


@dataclass(frozen=True, slots=True)
class UploadStore:
    """The uploads of one database. Use it as a context manager, or give it the engine of another store.

    Every method is one transaction and raises :class:`geo.errors.UnusableStore` when the database does not do its part.
    """

    engine: sa.Engine

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the store at a SQLAlchemy URL, making or upgrading its tables where needed."""
        engine = open_engine(url)
        upgrade(engine)
        return cls(engine)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.engine.dispose()

    def add(self, upload: Upload, event: Event) -> None:
        """Add a file that waits to be read."""
        with writing(self.engine) as connection:
            people = tables.people
            person = connection.execute(sa.select(people.c.id).where(people.c.name == upload.person)).scalar_one()
            connection.execute(sa.insert(tables.uploads).values(**{**asdict(upload), "person": person}))
            audit_rows.add(connection, event)

    def one(self, upload_id: str) -> Upload | None:
        """Return an upload, ``None`` where there is none of that id."""
        with reading(self.engine) as connection:
            row = connection.execute(_uploads().where(tables.uploads.c.id == upload_id)).mappings().one_or_none()
        return None if row is None else Upload(**row)

    def latest(self, most: int) -> tuple[Upload, ...]:
        """Return the uploads of all people, the latest first, at most so many."""
        table = tables.uploads
        with reading(self.engine) as connection:
            rows = connection.execute(_uploads().order_by(table.c.at.desc(), table.c.id).limit(most))
            return tuple(Upload(**row) for row in rows.mappings())

    def count_open(self, person: str | None = None) -> int:
        """Return how many files of a person, or of all, wait or are being read."""
        table, people = tables.uploads, tables.people
        query = sa.select(sa.func.count()).select_from(table.join(people)).where(table.c.state.in_(_OPEN))
        with reading(self.engine) as connection:
            return int(
                connection.execute(query if person is None else query.where(people.c.name == person)).scalar_one()
            )

    def take_next(self) -> Upload | None:
        """Mark the file that has waited longest as being read, and return it; ``None`` when none waits."""
        table = tables.uploads
        with writing(self.engine) as connection:
            waiting = sa.select(table.c.id).where(table.c.state == "waiting").order_by(table.c.at, table.c.id).limit(1)
            found = connection.execute(waiting).scalar()
            if found is None:
                return None
            values = {"state": "reading", "tries": table.c.tries + 1}
            connection.execute(sa.update(table).where(table.c.id == found).values(**values))
            return Upload(**connection.execute(_uploads().where(table.c.id == found)).mappings().one())

    def being_read(self) -> Upload | None:
        """Return the file that is being read, ``None`` when none is."""
        with reading(self.engine) as connection:
            row = connection.execute(_uploads().where(tables.uploads.c.state == "reading")).mappings().first()
        return None if row is None else Upload(**row)

    def done(self, upload_id: str, *, article: str, candidates: int | None, event: Event) -> None:
        """Note that a file was read."""
        self._end(upload_id, {"state": "done", "article": article, "candidates": candidates}, event)

    def failed(self, upload_id: str, *, fault: str, hint: str, event: Event) -> None:
        """Note that a file cannot be read, and why."""
        self._end(upload_id, {"state": "failed", "fault": fault, "hint": hint}, event)

    def give_back(self, upload_id: str) -> bool:
        """Let a file whose reading was broken off wait again; ``False`` when that happened once too often."""
        table = tables.uploads
        with writing(self.engine) as connection:
            mine = (table.c.id == upload_id, table.c.state == "reading", table.c.tries < _MOST_TRIES)
            return connection.execute(sa.update(table).where(*mine).values(state="waiting")).rowcount == 1

    def _end(self, upload_id: str, values: dict[str, object], event: Event) -> None:
        table = tables.uploads
        with writing(self.engine) as connection:
            connection.execute(sa.update(table).where(table.c.id == upload_id).values(**values))
            audit_rows.add(connection, event)


def _uploads() -> sa.Select[tuple[object, ...]]:
    table, people = tables.uploads, tables.people
    columns = [
        people.c.name.label("person") if each.name == "person" else table.c[each.name] for each in fields(Upload)
    ]
    return sa.select(*columns).select_from(table.join(people))
