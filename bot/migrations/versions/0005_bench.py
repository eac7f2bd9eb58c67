"""What is due, in the order in which it leaves"""

from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_delivery_workspace_id_state_due_at_id'), ['workspace_id', 'state', 'due_at', 'id'], unique=False)
        batch_op.drop_index(batch_op.f('ix_delivery_workspace_id_state_due_at'))


def downgrade() -> None:
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_delivery_workspace_id_state_due_at'), ['workspace_id', 'state', 'due_at'], unique=False)
        batch_op.drop_index(batch_op.f('ix_delivery_workspace_id_state_due_at_id'))
