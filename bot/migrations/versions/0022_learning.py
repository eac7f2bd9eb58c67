"""What staff correct, what was learnt from it, and how far each kind may go alone"""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('lesson',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('layer', sa.JSON(), nullable=False),
    sa.Column('learnt_from', sa.Integer(), nullable=False),
    sa.Column('held_out', sa.Integer(), nullable=False),
    sa.Column('right', sa.Integer(), nullable=False),
    sa.Column('right_before', sa.Integer(), nullable=False),
    sa.Column('surprise', sa.Double(), nullable=False),
    sa.Column('surprise_before', sa.Double(), nullable=False),
    sa.Column('in_use', sa.Boolean(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_lesson')),
    sa.UniqueConstraint('workspace_id', 'number', name=op.f('uq_lesson_workspace_id_number'))
    )
    op.create_table('trust',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('suggestion', 'problem', 'wish', 'question', 'praise', 'delivery', 'about_bot', 'chatter', name='kind', native_enum=False, length=32), nullable=False),
    sa.Column('mode', sa.Enum('ask', 'suggest', 'auto', name='mode', native_enum=False, length=32), nullable=False),
    sa.Column('wanted', sa.Double(), nullable=False),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_trust')),
    sa.UniqueConstraint('workspace_id', 'kind', name=op.f('uq_trust_workspace_id_kind'))
    )
    op.create_table('correction',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('signal_id', sa.Uuid(), nullable=False),
    sa.Column('field', sa.Enum('kind', 'facet', 'polarity', 'topic', 'product', 'skipped', name='field', native_enum=False, length=32), nullable=False),
    sa.Column('was', sa.Text(), nullable=False),
    sa.Column('became', sa.Text(), nullable=False),
    sa.Column('confidence', sa.Double(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'signal_id'], ['signal.workspace_id', 'signal.id'], name=op.f('fk_correction_workspace_id_signal_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_correction')),
    sa.UniqueConstraint('workspace_id', 'signal_id', 'field', name=op.f('uq_correction_workspace_id_signal_id_field'))
    )
    op.create_table('learnt_alias',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('product_id', sa.Uuid(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'product_id'], ['product.workspace_id', 'product.id'], name=op.f('fk_learnt_alias_workspace_id_product_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_learnt_alias')),
    sa.UniqueConstraint('workspace_id', 'product_id', 'words', name=op.f('uq_learnt_alias_workspace_id_product_id_words'))
    )
    with op.batch_alter_table('correction', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_correction_workspace_id_field_id'), ['workspace_id', 'field', 'id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('correction', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_correction_workspace_id_field_id'))

    op.drop_table('learnt_alias')
    op.drop_table('correction')
    op.drop_table('trust')
    op.drop_table('lesson')
