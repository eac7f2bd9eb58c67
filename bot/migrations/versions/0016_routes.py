"""Routes: how partners are reached, and what they answer"""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015_portal'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('partner_means',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('supplier_id', sa.Uuid(), nullable=False),
    sa.Column('reply_key', sa.LargeBinary(), nullable=False),
    sa.Column('person', sa.Text(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('secret', sa.LargeBinary(), nullable=True),
    sa.Column('code_hash', sa.LargeBinary(), nullable=True),
    sa.Column('code_until', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['workspace_id', 'supplier_id'], ['supplier.workspace_id', 'supplier.id'], name=op.f('fk_partner_means_workspace_id_supplier_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_partner_means')),
    sa.UniqueConstraint('workspace_id', 'code_hash', name=op.f('uq_partner_means_workspace_id_code_hash')),
    sa.UniqueConstraint('workspace_id', 'supplier_id', name=op.f('uq_partner_means_workspace_id_supplier_id'))
    )
    op.create_table('partner_informed',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('supplier_id', sa.Uuid(), nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('answers', sa.Integer(), nullable=False),
    sa.Column('closed', sa.Boolean(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'case_id'], ['case.workspace_id', 'case.id'], name=op.f('fk_partner_informed_workspace_id_case_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'supplier_id'], ['supplier.workspace_id', 'supplier.id'], name=op.f('fk_partner_informed_workspace_id_supplier_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_partner_informed')),
    sa.UniqueConstraint('workspace_id', 'case_id', name=op.f('uq_partner_informed_workspace_id_case_id'))
    )
    op.create_table('partner_reply',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('way', sa.Enum('mail', 'chat', 'call', name='way', native_enum=False, length=32), nullable=False),
    sa.Column('remote_id', sa.Text(), nullable=False),
    sa.Column('supplier_id', sa.Uuid(), nullable=True),
    sa.Column('case_id', sa.Uuid(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=True),
    sa.Column('sender', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('came_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('standing', sa.Enum('done', 'noted', 'refused', 'held', 'automatic', 'dropped', name='standing', native_enum=False, length=32), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('act', sa.Enum('acknowledge', 'ask', 'accept', 'promise', 'deliver', 'decline', name='act', native_enum=False, length=32), nullable=True),
    sa.Column('helped', sa.Boolean(), nullable=False),
    sa.Column('answer', sa.JSON(), nullable=True),
    sa.ForeignKeyConstraint(['workspace_id', 'case_id'], ['case.workspace_id', 'case.id'], name=op.f('fk_partner_reply_workspace_id_case_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'supplier_id'], ['supplier.workspace_id', 'supplier.id'], name=op.f('fk_partner_reply_workspace_id_supplier_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_partner_reply')),
    sa.UniqueConstraint('workspace_id', 'way', 'remote_id', name=op.f('uq_partner_reply_workspace_id_way_remote_id'))
    )
    with op.batch_alter_table('partner_reply', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_partner_reply_workspace_id_case_id'), ['workspace_id', 'case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_partner_reply_workspace_id_standing_id'), ['workspace_id', 'standing', 'id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('partner_reply', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_partner_reply_workspace_id_standing_id'))
        batch_op.drop_index(batch_op.f('ix_partner_reply_workspace_id_case_id'))

    op.drop_table('partner_reply')
    op.drop_table('partner_informed')
    op.drop_table('partner_means')
