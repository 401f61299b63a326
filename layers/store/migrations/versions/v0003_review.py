"""Review: more sorts of candidates, what decisions changed, the order of the queue, and what was published.

SQLite cannot change a check, so the tables that have one are made anew: the old ones are renamed, their rows copied, and
then dropped, children first, so that no foreign key is ever broken.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True)

_TYPES = ("incident", "claim", "place", "organization", "number", "conflict")
_STATUSES = ("candidate", "reviewed", "rejected", "corrected", "merged", "duplicate", "retired")
_VERDICTS = ("accept", "reject", "correct", "reopen", "merge", "duplicate", "split", "keep", "undo")
_OLD_TYPES, _OLD_STATUSES, _OLD_VERDICTS = _TYPES[:2], (*_STATUSES[:4], "retired"), _VERDICTS[:4]
_STATUS_OF = {"accept": "reviewed", "reject": "rejected", "correct": "corrected", "reopen": "candidate"}

_REFUSED = "decisions are only added to"
_TRIGGERS = {
    "sqlite": tuple(
        f"CREATE TRIGGER decisions_{what} BEFORE {what} ON decisions BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        for what in ("update", "delete")
    ),
    "postgresql": (
        "CREATE TRIGGER decisions_stay BEFORE UPDATE OR DELETE ON decisions FOR EACH ROW EXECUTE FUNCTION refuse_decision()",
        "CREATE TRIGGER decisions_all_stay BEFORE TRUNCATE ON decisions FOR EACH STATEMENT EXECUTE FUNCTION refuse_decision()",
    ),
}
_INDEXES = (
    ("candidates", "ix_candidates_status"),
    ("candidates", "ix_candidates_article_type"),
    ("incidents", "ix_incidents_category"),
    ("claims", "ix_claims_claim_type"),
    ("decisions", "ix_decisions_candidate"),
)


def _check(name: str, column: str, allowed: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{each}'" for each in allowed)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{name}_{column}"))


def _put_aside() -> None:
    """Rename the tables that are made anew. Their keys' names are unique in a PostgreSQL database, so those go too."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table, index in _INDEXES:
        op.drop_index(index, table_name=table)
    for name in ("decisions", "incidents", "claims", "candidates"):
        op.rename_table(name, f"old_{name}")
        if is_postgresql:
            op.execute(f"ALTER INDEX pk_{name} RENAME TO pk_old_{name}")


def _drop_old() -> None:
    for name in ("decisions", "incidents", "claims", "candidates"):
        op.drop_table(f"old_{name}")
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        # The rows came with their numbers; the next one is counted on from them.
        sequence = "pg_get_serial_sequence('decisions', 'id')"
        op.execute(f"SELECT setval({sequence}, greatest(1, max(id)), max(id) IS NOT NULL) FROM decisions")  # noqa: S608 -- our own names
    for statement in _TRIGGERS.get(dialect, ()):
        op.execute(statement)


def _make_candidates(types: tuple[str, ...], statuses: tuple[str, ...], *more: sa.Column[Any]) -> None:
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
        *more,
        sa.PrimaryKeyConstraint("id", name="pk_candidates"),
        sa.ForeignKeyConstraint(["article"], ["articles.sha256"], name="fk_candidates_article"),
        _check("candidates", "type", types),
        _check("candidates", "status", statuses),
    )


def _make_said(name: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column("candidate", sa.String(16), nullable=False),
        *columns,
        sa.Column("record", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("candidate", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["candidate"], ["candidates.id"], name=f"fk_{name}_candidate"),
    )


def _make_incidents_and_claims() -> None:
    _make_said(
        "incidents",
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("modality", sa.String(20), nullable=False),
        sa.Column("date_start", sa.String(10)),
        sa.Column("date_end", sa.String(10)),
    )
    op.create_index("ix_incidents_category", "incidents", ["category"])
    _make_said("claims", sa.Column("claim_type", sa.String(40), nullable=False))
    op.create_index("ix_claims_claim_type", "claims", ["claim_type"])


def _make_decisions(verdicts: tuple[str, ...], *more: sa.Column[Any] | sa.UniqueConstraint) -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("candidate", sa.String(16), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("reviewer", sa.Text, nullable=False),
        sa.Column("decided_at", sa.String(32), nullable=False),
        sa.Column("changes", _JSON),
        sa.Column("note", sa.Text),
        *more,
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.ForeignKeyConstraint(["candidate"], ["candidates.id"], name="fk_decisions_candidate"),
        _check("decisions", "verdict", verdicts),
    )
    op.create_index("ix_decisions_candidate", "decisions", ["candidate"])


def _copy(name: str, columns: str) -> None:
    listed = ", ".join(f'"{column}"' for column in columns.split())
    op.execute(f"INSERT INTO {name} ({listed}) SELECT {listed} FROM old_{name}")  # noqa: S608 -- our own names


_CANDIDATE = "id article type start end ordinal status found_by evidence"
_INCIDENT = "candidate category role modality date_start date_end record"


def upgrade() -> None:
    """Make the tables anew with what review needs, and tell of earlier decisions what they changed."""
    _put_aside()
    _make_candidates(
        _TYPES,
        _STATUSES,
        sa.Column("weight", sa.Integer, nullable=False, server_default="0"),
        sa.Column("last_decision", sa.Integer, nullable=False, server_default="0"),
        sa.Column("newer", _JSON),
        sa.Column("newer_by", sa.String(100)),
        sa.Column("disagrees", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    _copy("candidates", _CANDIDATE)
    op.create_index("ix_candidates_article_type", "candidates", ["article", "type"])
    op.create_index("ix_candidates_status_weight_id", "candidates", ["status", "weight", "id"])
    op.create_index("ix_candidates_status_type_weight_id", "candidates", ["status", "type", "weight", "id"])
    op.create_index("ix_candidates_article_status_start_id", "candidates", ["article", "status", "start", "id"])
    op.create_index("ix_candidates_disagrees_weight_id", "candidates", ["disagrees", "weight", "id"])
    _make_incidents_and_claims()
    _copy("incidents", _INCIDENT)
    _copy("claims", "candidate claim_type record")
    op.create_index("ix_incidents_category_date_start", "incidents", ["category", "date_start"])
    _make_said("findings")
    op.create_table(
        "candidate_names",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("candidate", sa.String(16), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("weight", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", "candidate", name="pk_candidate_names"),
        sa.ForeignKeyConstraint(["candidate"], ["candidates.id"], name="fk_candidate_names_candidate"),
    )
    op.create_index("ix_candidate_names_candidate", "candidate_names", ["candidate"])
    op.create_index(
        "ix_candidate_names_kind_key_weight_candidate", "candidate_names", ["kind", "key", "weight", "candidate"]
    )
    _make_decisions(
        _VERDICTS,
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("previous", sa.Integer),
        sa.Column("target", sa.String(200)),
        sa.Column("before", _JSON),
        sa.Column("after", _JSON, nullable=False),
        sa.Column("corrects", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.UniqueConstraint("uid", name="uq_decisions_uid"),
    )
    op.create_index("ix_decisions_reviewer_id", "decisions", ["reviewer", "id"])
    op.create_index("ix_decisions_corrects_id", "decisions", ["corrects", "id"])
    op.create_index("ix_decisions_target", "decisions", ["target"])
    _tell_earlier_decisions()
    op.create_table(
        "publications",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("release", sa.String(12), nullable=False),
        sa.Column("last_decision", sa.Integer, nullable=False),
        sa.Column("published_at", sa.String(32), nullable=False),
        sa.Column("reviewed_only", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_publications"),
    )
    op.create_index("ix_publications_last_decision", "publications", ["last_decision"])
    # Read again at the next ingest: names, numbers and weights come with a reading.
    op.execute("UPDATE readings SET extractor = ''")
    _drop_old()


def _loaded(value: Any) -> Any:  # noqa: ANN401 -- JSON, as text from SQLite
    return json.loads(value) if isinstance(value, str) else value


def _tell_earlier_decisions() -> None:
    """Copy decisions with their states before and after, and name each candidate's last one."""
    bind = op.get_bind()
    made = sa.table(
        "decisions",
        *(
            sa.column(name)
            for name in ("id", "candidate", "verdict", "reviewer", "decided_at", "note", "uid", "previous")
        ),
        *(sa.column(name, _JSON) for name in ("changes", "before", "after")),
    )
    last: dict[str, tuple[int, dict[str, Any]]] = {}
    rows = bind.execute(
        sa.text(
            'SELECT d.id, d.candidate, d.verdict, d.reviewer, d.decided_at, d.changes, d.note, c.start, c."end" AS finish, '
            "c.evidence, c.found_by, coalesce(i.record, l.record) AS record "
            "FROM old_decisions d JOIN old_candidates c ON c.id = d.candidate LEFT JOIN old_incidents i "
            "ON i.candidate = c.id LEFT JOIN old_claims l ON l.candidate = c.id ORDER BY d.id"
        )
    ).mappings()
    for row in rows.all():
        record, changes = _loaded(row["record"]), _loaded(row["changes"]) or {}
        machine = {
            "status": "candidate", "record": record, "evidence": _loaded(row["evidence"]), "start": row["start"],
            "end": row["finish"], "found_by": row["found_by"], "target": None, "parts": [], "changed": [],
        }  # fmt: skip
        previous, before = last.get(row["candidate"], (None, machine))
        after = {**machine, "status": _STATUS_OF[row["verdict"]]}
        if row["verdict"] == "correct":
            after |= {"record": {**record, **changes}, "changed": sorted(changes)}
        uid = hashlib.sha256(f"{row['candidate']} {row['id']} {row['verdict']} {row['decided_at']}".encode())
        bind.execute(
            sa.insert(made).values(
                **{name: row[name] for name in ("id", "candidate", "verdict", "reviewer", "decided_at", "note")},
                changes=changes or None,
                uid=uid.hexdigest()[:32],
                previous=previous,
                before=before if previous is None else None,
                after=after,
            )
        )
        last[row["candidate"]] = (row["id"], after)
    for candidate, (number, _) in last.items():
        bind.execute(
            sa.text("UPDATE candidates SET last_decision = :number WHERE id = :id"), {"number": number, "id": candidate}
        )


def downgrade() -> None:
    """Take the tables back. What was decided of other sorts than incidents and claims is lost; a fold is a rejection."""
    op.drop_table("publications")
    op.drop_table("candidate_names")
    for index in ("status_weight_id", "status_type_weight_id", "article_status_start_id", "disagrees_weight_id"):
        op.drop_index(f"ix_candidates_{index}", table_name="candidates")
    op.drop_index("ix_incidents_category_date_start", table_name="incidents")
    for index in ("reviewer_id", "corrects_id", "target"):
        op.drop_index(f"ix_decisions_{index}", table_name="decisions")
    op.create_index("ix_candidates_status", "candidates", ["status"])
    _put_aside()
    _make_candidates(_OLD_TYPES, _OLD_STATUSES)
    listed = ", ".join(f'"{name}"' for name in _CANDIDATE.split())
    chosen = listed.replace('"status"', "CASE WHEN status IN ('merged', 'duplicate') THEN 'rejected' ELSE status END")
    op.execute(
        f"INSERT INTO candidates ({listed}) SELECT {chosen} FROM old_candidates WHERE type IN ('incident', 'claim')"  # noqa: S608 -- our own names
    )
    op.create_index("ix_candidates_status", "candidates", ["status"])
    op.create_index("ix_candidates_article_type", "candidates", ["article", "type"])
    _make_incidents_and_claims()
    _copy("incidents", _INCIDENT)
    _copy("claims", "candidate claim_type record")
    _make_decisions(_OLD_VERDICTS)
    op.execute(
        "INSERT INTO decisions (id, candidate, verdict, reviewer, decided_at, changes, note) "
        "SELECT id, candidate, CASE WHEN verdict IN ('merge', 'duplicate') THEN 'reject' "
        "WHEN verdict IN ('split', 'keep', 'undo') THEN 'reopen' ELSE verdict END, reviewer, decided_at, "
        "CASE WHEN verdict = 'correct' THEN changes END, note FROM old_decisions "
        "WHERE candidate IN (SELECT id FROM candidates)"
    )
    op.drop_table("findings")
    _drop_old()
