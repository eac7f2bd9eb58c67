"""What waits has an index of its own"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_delivery_workspace_id_state_due_at_id'))
        batch_op.create_index(batch_op.f('ix_delivery_workspace_id_state_due_at_id'), ['workspace_id', 'state', 'due_at', 'id'], unique=False, postgresql_where=sa.text("state NOT IN ('pending', 'sent')"))
        batch_op.create_index('ix_delivery_due', ['workspace_id', 'due_at', 'id'], unique=False, sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"))


def downgrade() -> None:
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_index('ix_delivery_due')
        batch_op.drop_index(batch_op.f('ix_delivery_workspace_id_state_due_at_id'))
        batch_op.create_index(batch_op.f('ix_delivery_workspace_id_state_due_at_id'), ['workspace_id', 'state', 'due_at', 'id'], unique=False)
