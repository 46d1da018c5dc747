"""Make the record of decisions one that cannot be changed unseen; keep what each event is owed."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.adapters.seals import NO_SEAL, seal

revision = "0004"
down_revision = "0003"

_REFUSE = """
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'Rows of % are never changed, only added.', tg_table_name;
end
$$
"""
_EVENT_STAYS = """
create trigger events_unchanged before update on events for each row
when (
    (old.position, old.event_id, old.type, old.source, old.subject, old.correlation_id,
     old.time, old.data)
    is distinct from
    (new.position, new.event_id, new.type, new.source, new.subject, new.correlation_id,
     new.time, new.data)
)
execute function refuse_change()
"""


def upgrade() -> None:
    """Make decisions append-only, and chain them."""
    _widen_decisions()
    op.drop_column("promotions", "mirrored_at")
    _add_seals()
    _add_mirrors()
    _add_deliveries()
    _seal_what_is_there(op.get_bind())
    op.execute(_REFUSE)
    for table in ("decisions", "promotions", "seals"):
        _refuse(table, "update or delete or truncate")
    _refuse("events", "delete or truncate")
    op.execute(_EVENT_STAYS)


def _refuse(table: str, what: str) -> None:
    op.execute(
        f"create trigger {table}_append_only before {what} on {table} "
        "for each statement execute function refuse_change()"
    )


def _widen_decisions() -> None:
    op.add_column(
        "decisions", sa.Column("kind", sa.Text(), server_default="judgement", nullable=False)
    )
    op.add_column(
        "decisions",
        sa.Column("asked_by", sa.Text(), server_default="registry-gate", nullable=False),
    )
    op.add_column("decisions", sa.Column("evidence", postgresql.JSONB(), nullable=True))
    op.alter_column("decisions", "job_id", nullable=True)
    op.alter_column("decisions", "criteria", server_default=sa.text("'[]'"))
    op.drop_constraint("uq_decisions_candidate_id", "decisions", type_="unique")
    op.create_index(
        "uq_decisions_candidate_id_kind",
        "decisions",
        ["candidate_id", "kind"],
        unique=True,
        postgresql_where=sa.text("kind <> 'rollback'"),
    )
    op.create_check_constraint(
        op.f("ck_decisions_kind_known"),
        "decisions",
        "kind in ('judgement', 'approval', 'rollback')",
    )
    op.drop_constraint(op.f("ck_decisions_outcome_known"), "decisions", type_="check")
    op.create_check_constraint(
        op.f("ck_decisions_outcome_known"),
        "decisions",
        "outcome in ('promote', 'reject', 'inconclusive', 'propose', 'roll_back')",
    )


def _add_seals() -> None:
    op.create_table(
        "seals",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sealed_table", sa.Text(), nullable=False),
        sa.Column("sealed_key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_seals"),
        sa.UniqueConstraint("sealed_table", "sealed_key", name="uq_seals_sealed_table_sealed_key"),
    )


def _add_mirrors() -> None:
    op.create_table(
        "mirrors",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("variable", sa.Text(), nullable=False),
        sa.Column("aliases", postgresql.JSONB(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        _now("look_again_at"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.site_id"], name="fk_mirrors_site_id"),
        sa.PrimaryKeyConstraint("site_id", "variable", name="pk_mirrors"),
    )


def _add_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="owed", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        _now("not_before"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('owed', 'handled', 'dead')", name=op.f("ck_deliveries_state_known")
        ),
        sa.ForeignKeyConstraint(["position"], ["events.position"], name="fk_deliveries_position"),
        sa.PrimaryKeyConstraint("position", "consumer", name="pk_deliveries"),
    )
    op.create_index(
        "ix_deliveries_owed",
        "deliveries",
        ["consumer", "subject", "position"],
        postgresql_where=sa.text("state = 'owed'"),
    )
    op.create_index(
        "ix_deliveries_dead",
        "deliveries",
        ["position"],
        postgresql_where=sa.text("state = 'dead'"),
    )


def _now(name: str) -> "sa.Column[object]":
    default = sa.text("clock_timestamp()")
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=False)


def _seal_what_is_there(connection: sa.Connection) -> None:
    """Begin the chain with the decisions made so far, each followed by its promotion."""
    digest = NO_SEAL
    insert = sa.text("insert into seals values (:number, :table, :key, :digest)")
    for number, (table, key, row) in enumerate(_in_order(connection), start=1):
        content = {"number": number, "table": table, "key": key, "row": row}
        digest = seal(digest, content)
        connection.execute(insert, {"number": number, "table": table, "key": key, "digest": digest})


def _in_order(connection: sa.Connection) -> Iterator[tuple[str, str, dict[str, object]]]:
    promoted = {
        row["decision_id"]: dict(row)
        for row in connection.execute(sa.text("select * from promotions")).mappings()
    }
    decided = sa.text("select * from decisions order by decided_at, decision_id")
    for row in connection.execute(decided).mappings().all():
        yield "decisions", str(row["decision_id"]), dict(row)
        if promotion := promoted.get(row["decision_id"]):
            yield "promotions", str(promotion["epoch"]), promotion
