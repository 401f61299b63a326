"""Tables of the coverage store, in the form that the last migration gives them.

``articles`` are the texts by their sha256, ``readings`` what the machine made of each at its last reading, with its
``mentions``, ``numerals`` and ``conflicts``. A ``candidate`` is the identity of one incident or claim found: its id stays
when a later reading finds it again. ``incidents`` and ``claims`` hold what the machine says of a candidate, ``decisions``
what people said of it; they are only ever added to. Texts themselves are on the shelf (:mod:`layers.articles.documents.shelf`).

Offsets count characters of the text, ``end`` exclusive. ``record`` columns hold the whole JSON object of the reading's
public contract; the columns beside them are there to be asked for.
"""

from __future__ import annotations

import sqlalchemy as sa

__all__ = [
    "articles",
    "attempts",
    "audit",
    "candidate_names",
    "candidates",
    "claims",
    "conflicts",
    "datasets",
    "decisions",
    "findings",
    "imports",
    "incidents",
    "mentions",
    "metadata",
    "numerals",
    "people",
    "publications",
    "readings",
    "sessions",
    "uploads",
]

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_JSON = sa.JSON(none_as_null=True)


def _article(*, key: bool = True) -> sa.Column[str]:
    return sa.Column("article", sa.String(64), sa.ForeignKey("articles.sha256"), primary_key=key, nullable=False)


articles = sa.Table(
    "articles",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("id", sa.String(200), nullable=False, unique=True),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("file_sha256", sa.String(64), nullable=False, index=True),
    sa.Column("media_type", sa.String(100), nullable=False),
    sa.Column("title", sa.Text),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("languages", _JSON, nullable=False),
    sa.Column("authors", _JSON, nullable=False),
    sa.Column("year", sa.Integer),
    sa.Column("publisher", sa.Text),
    sa.Column("doi", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("licence", sa.Text),
    sa.Column("length", sa.Integer, nullable=False),
    sa.Column("independence_group", sa.String(200)),
)
"""``independence_group`` is null until all articles of the store have been compared."""

readings = sa.Table(
    "readings",
    metadata,
    _article(),
    sa.Column("extractor", sa.String(100), nullable=False),
    sa.Column("published", sa.String(10)),
    sa.Column("language", sa.String(8), nullable=False),
)

mentions = sa.Table(
    "mentions",
    metadata,
    _article(),
    sa.Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("entity", sa.Text, index=True),
    sa.Column("place_kind", sa.String(20)),
    sa.Column("lon", sa.Float),
    sa.Column("lat", sa.Float),
    sa.Column("geonames_id", sa.Integer),
    sa.Column("country", sa.String(2)),
    sa.Column("where_prec", sa.Integer),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("record", _JSON, nullable=False),
)

numerals = sa.Table(
    "numerals",
    metadata,
    _article(),
    sa.Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("integrity", sa.String(40), nullable=False, index=True),
    sa.Column("record", _JSON, nullable=False),
)

candidates = sa.Table(
    "candidates",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    _article(key=False),
    sa.Column("type", sa.String(20), nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("found_by", sa.String(100), nullable=False),
    sa.Column("evidence", _JSON, nullable=False),
    sa.Column("weight", sa.Integer, nullable=False, server_default="0"),
    sa.Column("last_decision", sa.Integer, nullable=False, server_default="0"),
    sa.Column("newer", _JSON),
    sa.Column("newer_by", sa.String(100)),
    sa.Column("disagrees", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.CheckConstraint("type IN ('incident', 'claim', 'place', 'organization', 'number', 'conflict')", name="type"),
    sa.CheckConstraint(
        "status IN ('candidate', 'reviewed', 'rejected', 'corrected', 'merged', 'duplicate', 'retired')", name="status"
    ),
    sa.Index(None, "article", "type"),
    sa.Index(None, "status", "weight", "id"),
    sa.Index(None, "status", "type", "weight", "id"),
    sa.Index(None, "article", "status", "start", "id"),
    sa.Index(None, "disagrees", "weight", "id"),
)
"""``start`` and ``end`` are those of the trigger at the last reading; the id keeps those of the first. ``evidence`` holds
objects with ``start``, ``end`` and ``locator``. ``weight`` is its place in the queue (:mod:`layers.review.weight`).
``last_decision`` is the number of the last decision on it, 0 without any. ``newer`` is what a later reading, ``newer_by``,
says of a record that a person has decided on."""


def _candidate() -> sa.Column[str]:
    return sa.Column("candidate", sa.String(16), sa.ForeignKey("candidates.id"), primary_key=True)


incidents = sa.Table(
    "incidents",
    metadata,
    _candidate(),
    sa.Column("category", sa.String(40), nullable=False, index=True),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("modality", sa.String(20), nullable=False),
    sa.Column("date_start", sa.String(10)),
    sa.Column("date_end", sa.String(10)),
    sa.Column("record", _JSON, nullable=False),
    sa.Index(None, "category", "date_start"),
)

claims = sa.Table(
    "claims",
    metadata,
    _candidate(),
    sa.Column("claim_type", sa.String(40), nullable=False, index=True),
    sa.Column("record", _JSON, nullable=False),
)

findings = sa.Table(
    "findings",
    metadata,
    _candidate(),
    sa.Column("record", _JSON, nullable=False),
)
"""What the machine says of candidates of every other sort: names, suspect numbers, conflicts."""

candidate_names = sa.Table(
    "candidate_names",
    metadata,
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("candidate", sa.String(16), sa.ForeignKey("candidates.id"), primary_key=True, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("weight", sa.Integer, nullable=False),
    sa.Index(None, "kind", "key", "weight", "candidate"),
)
"""The places and organizations that a candidate can be found by; ``key`` is the entity, or the folded name of what has none."""

conflicts = sa.Table(
    "conflicts",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("state", sa.String(40), nullable=False, index=True),
    sa.Column("articles", _JSON, nullable=False),
    sa.Column("record", _JSON, nullable=False),
)

decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("candidate", sa.String(16), sa.ForeignKey("candidates.id"), nullable=False, index=True),
    sa.Column("verdict", sa.String(20), nullable=False),
    sa.Column("reviewer", sa.Text, nullable=False),
    sa.Column("decided_at", sa.String(32), nullable=False),
    sa.Column("changes", _JSON),
    sa.Column("note", sa.Text),
    sa.Column("uid", sa.String(32), nullable=False, unique=True),
    sa.Column("previous", sa.Integer),
    sa.Column("target", sa.String(200), index=True),
    sa.Column("before", _JSON),
    sa.Column("after", _JSON, nullable=False),
    sa.Column("corrects", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.CheckConstraint(
        "verdict IN ('accept', 'reject', 'correct', 'reopen', 'merge', 'duplicate', 'split', 'keep', 'undo')",
        name="verdict",
    ),
    sa.Index(None, "reviewer", "id"),
    sa.Index(None, "corrects", "id"),
)
"""Append-only: the database itself refuses to change or delete a row (see the first migration). ``before`` is null where it
is what the decision before left (``previous``). ``corrects``: what it changed had been published as reviewed."""

publications = sa.Table(
    "publications",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("release", sa.String(12), nullable=False),
    sa.Column("last_decision", sa.Integer, nullable=False, index=True),
    sa.Column("published_at", sa.String(32), nullable=False),
    sa.Column("reviewed_only", sa.Boolean, nullable=False),
)
"""Which releases were built, and the last decision that each took in."""

people = sa.Table(
    "people",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("key", sa.String(200), nullable=False, unique=True),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("password", sa.String(300), nullable=False),
    sa.Column("added_at", sa.String(32), nullable=False),
    sa.Column("removed_at", sa.String(32)),
    sa.CheckConstraint("role IN ('reader', 'reviewer', 'editor')", name="role"),
)
"""``key`` is the name as it is compared; ``password`` its Argon2 hash. A person who left stays, as decisions name them."""

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_sha256", sa.String(64), primary_key=True),
    sa.Column("person", sa.Integer, sa.ForeignKey("people.id"), nullable=False, index=True),
    sa.Column("begun_s", sa.BigInteger, nullable=False),
    sa.Column("seen_s", sa.BigInteger, nullable=False),
    sa.Column("ends_s", sa.BigInteger, nullable=False),
)
"""Times are whole seconds since 1970, UTC. The token itself is in the browser's cookie only."""

attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_s", sa.BigInteger, nullable=False),
    sa.Column("locked_until_s", sa.BigInteger, nullable=False),
)
"""``key`` is a sha256 of the account or address that is counted."""

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("who", sa.String(64), index=True),
    sa.Column("what", sa.String(40), nullable=False, index=True),
    sa.Column("address", sa.String(64)),
    sa.Column("detail", _JSON),
)
"""Append-only, as ``decisions`` is. ``who`` is null where nobody was signed in; ``address`` null for the command line."""

uploads = sa.Table(
    "uploads",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("person", sa.Integer, sa.ForeignKey("people.id"), nullable=False, index=True),
    sa.Column("file_name", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("file_sha256", sa.String(64), nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("published", sa.String(10)),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("state", sa.String(20), nullable=False, index=True),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("fault", sa.Text),
    sa.Column("hint", sa.Text),
    sa.Column("article", sa.String(64)),
    sa.Column("candidates", sa.Integer),
    sa.CheckConstraint("state IN ('waiting', 'reading', 'done', 'failed')", name="state"),
)
"""``article`` is the sha256 of the text that came out of the file, once it is read; ``candidates`` how many were new."""

datasets = sa.Table(
    "datasets",
    metadata,
    sa.Column("id", sa.String(100), primary_key=True),
    sa.Column("redistribution", sa.String(20), nullable=False),
    sa.Column("record", _JSON, nullable=False),
    sa.CheckConstraint("redistribution IN ('open', 'attribution', 'share-alike', 'none')", name="redistribution"),
)
"""``record`` is :class:`layers.imports.dataset.Dataset` as JSON."""

imports = sa.Table(
    "imports",
    metadata,
    sa.Column("dataset", sa.String(100), sa.ForeignKey("datasets.id"), primary_key=True),
    sa.Column("row", sa.Text, primary_key=True),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("record", _JSON, nullable=False),
)
"""``row`` is the row's own id in the data set; ``record`` :class:`layers.imports.record.ImportedRecord` without its key."""
