"""Imports: data sets, and the records that were imported from them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True)


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "datasets",
        sa.Column("id", sa.String(100), nullable=False),
        sa.Column("redistribution", sa.String(20), nullable=False),
        sa.Column("record", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_datasets"),
        sa.CheckConstraint(
            "redistribution IN ('open', 'attribution', 'share-alike', 'none')", name=op.f("ck_datasets_redistribution")
        ),
    )
    op.create_table(
        "imports",
        sa.Column("dataset", sa.String(100), nullable=False),
        sa.Column("row", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("record", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("dataset", "row", name="pk_imports"),
        sa.ForeignKeyConstraint(["dataset"], ["datasets.id"], name="fk_imports_dataset"),
    )


def downgrade() -> None:
    """Drop both tables."""
    op.drop_table("imports")
    op.drop_table("datasets")
