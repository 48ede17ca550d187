"""Let the database refuse to change or delete audit records, but for a redaction; keep the browser."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

REFUSAL = "the audit log is append-only"
SQLITE = (
    f"""CREATE TRIGGER audit_records_update BEFORE UPDATE ON audit_records
    WHEN NEW.id IS NOT OLD.id OR NEW.at IS NOT OLD.at OR NEW.action IS NOT OLD.action
      OR NOT EXISTS (SELECT 1 FROM audit_redactions WHERE is_open)
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    f"""CREATE TRIGGER audit_records_delete BEFORE DELETE ON audit_records
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
)
POSTGRESQL = (
    f"""CREATE FUNCTION audit_records_stay() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'UPDATE' THEN
        IF NEW.id = OLD.id AND NEW.at = OLD.at AND NEW.action = OLD.action
           AND EXISTS (SELECT 1 FROM audit_redactions WHERE is_open) THEN
          RETURN NEW;
        END IF;
      END IF;
      RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    """CREATE TRIGGER audit_records_change BEFORE UPDATE OR DELETE ON audit_records
    FOR EACH ROW EXECUTE FUNCTION audit_records_stay()""",
    """CREATE TRIGGER audit_records_truncate BEFORE TRUNCATE ON audit_records
    FOR EACH STATEMENT EXECUTE FUNCTION audit_records_stay()""",
)


def is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def upgrade() -> None:
    op.create_table(
        "audit_redactions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_redactions"),
    )
    op.add_column("audit_records", sa.Column("browser", sa.String(length=60), nullable=False, server_default=""))
    for statement in POSTGRESQL if is_postgresql() else SQLITE:
        op.execute(statement)


def downgrade() -> None:
    if is_postgresql():
        op.execute("DROP TRIGGER audit_records_truncate ON audit_records")
        op.execute("DROP TRIGGER audit_records_change ON audit_records")
        op.execute("DROP FUNCTION audit_records_stay()")
    else:
        op.execute("DROP TRIGGER audit_records_update")
        op.execute("DROP TRIGGER audit_records_delete")
    op.execute("ALTER TABLE audit_records DROP COLUMN browser")
    op.drop_table("audit_redactions")
