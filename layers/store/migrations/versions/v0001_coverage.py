"""The first form: articles, what was read from them, candidates and decisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True)

_REFUSED = "decisions are only added to"
_APPEND_ONLY = {
    "sqlite": tuple(
        f"CREATE TRIGGER decisions_{what} BEFORE {what} ON decisions BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        for what in ("update", "delete")
    ),
    "postgresql": (
        f"CREATE FUNCTION refuse_decision() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$",
        "CREATE TRIGGER decisions_stay BEFORE UPDATE OR DELETE ON decisions FOR EACH ROW EXECUTE FUNCTION refuse_decision()",
        "CREATE TRIGGER decisions_all_stay BEFORE TRUNCATE ON decisions FOR EACH STATEMENT EXECUTE FUNCTION refuse_decision()",
    ),
}


def _article_table(name: str, *columns: sa.Column[object], ordinal: bool = True) -> None:
    """Make a table whose rows belong to a reading of an article."""
    key = ["article", "ordinal"] if ordinal else ["article"]
    op.create_table(
        name,
        sa.Column("article", sa.String(64), nullable=False),
        *([sa.Column("ordinal", sa.Integer, nullable=False, autoincrement=False)] if ordinal else []),
        *columns,
        sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["article"], ["articles.sha256"], name=f"fk_{name}_article"),
    )


def _candidate_table(name: str, *columns: sa.Column[object]) -> None:
    """Make a table with what the machine says of candidates."""
    op.create_table(
        name,
        sa.Column("candidate", sa.String(16), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("candidate", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["candidate"], ["candidates.id"], name=f"fk_{name}_candidate"),
    )


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "articles",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("id", sa.String(200), nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
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
        sa.PrimaryKeyConstraint("sha256", name="pk_articles"),
        sa.UniqueConstraint("id", name="uq_articles_id"),
    )
    op.create_index("ix_articles_file_sha256", "articles", ["file_sha256"])
    _article_table(
        "readings",
        sa.Column("extractor", sa.String(100), nullable=False),
        sa.Column("published", sa.String(10)),
        sa.Column("language", sa.String(8), nullable=False),
        ordinal=False,
    )
    _article_table(
        "mentions",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("entity", sa.Text),
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
    op.create_index("ix_mentions_entity", "mentions", ["entity"])
    _article_table(
        "numerals",
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("integrity", sa.String(40), nullable=False),
        sa.Column("record", _JSON, nullable=False),
    )
    op.create_index("ix_numerals_integrity", "numerals", ["integrity"])
    op.create_table(
        "candidates",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("article", sa.String(64), nullable=False),
        sa.Column("type", sa.String(20), nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("found_by", sa.String(100), nullable=False),
        sa.Column("evidence", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_candidates"),
        sa.ForeignKeyConstraint(["article"], ["articles.sha256"], name="fk_candidates_article"),
        sa.CheckConstraint("type IN ('incident', 'claim')", name=op.f("ck_candidates_type")),
        sa.CheckConstraint(
            "status IN ('candidate', 'reviewed', 'rejected', 'corrected', 'retired')",
            name=op.f("ck_candidates_status"),
        ),
    )
    op.create_index("ix_candidates_status", "candidates", ["status"])
    op.create_index("ix_candidates_article_type", "candidates", ["article", "type"])
    _candidate_table(
        "incidents",
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("modality", sa.String(20), nullable=False),
        sa.Column("date_start", sa.String(10)),
        sa.Column("date_end", sa.String(10)),
        sa.Column("record", _JSON, nullable=False),
    )
    op.create_index("ix_incidents_category", "incidents", ["category"])
    _candidate_table(
        "claims",
        sa.Column("claim_type", sa.String(40), nullable=False),
        sa.Column("record", _JSON, nullable=False),
    )
    op.create_index("ix_claims_claim_type", "claims", ["claim_type"])
    op.create_table(
        "conflicts",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("articles", _JSON, nullable=False),
        sa.Column("record", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conflicts"),
    )
    op.create_index("ix_conflicts_state", "conflicts", ["state"])
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("candidate", sa.String(16), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("reviewer", sa.Text, nullable=False),
        sa.Column("decided_at", sa.String(32), nullable=False),
        sa.Column("changes", _JSON),
        sa.Column("note", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.ForeignKeyConstraint(["candidate"], ["candidates.id"], name="fk_decisions_candidate"),
        sa.CheckConstraint("verdict IN ('accept', 'reject', 'correct', 'reopen')", name=op.f("ck_decisions_verdict")),
    )
    op.create_index("ix_decisions_candidate", "decisions", ["candidate"])
    for statement in _APPEND_ONLY.get(op.get_bind().dialect.name, ()):
        op.execute(statement)


def downgrade() -> None:
    """Drop all tables."""
    for name in (
        "decisions",
        "conflicts",
        "claims",
        "incidents",
        "candidates",
        "numerals",
        "mentions",
        "readings",
        "articles",
    ):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_decision()")
