"""What was agreed with partners, who held a case before, and what was done as time ran out"""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('agreement',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('supplier_id', sa.Uuid(), nullable=False),
    sa.Column('counts_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('terms', sa.JSON(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'supplier_id'], ['supplier.workspace_id', 'supplier.id'], name=op.f('fk_agreement_workspace_id_supplier_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_agreement'))
    )
    with op.batch_alter_table('agreement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_agreement_workspace_id_supplier_id_counts_from'), ['workspace_id', 'supplier_id', 'counts_from'], unique=False)

    op.create_table('holding',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('supplier_id', sa.Uuid(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'case_id'], ['case.workspace_id', 'case.id'], name=op.f('fk_holding_workspace_id_case_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'supplier_id'], ['supplier.workspace_id', 'supplier.id'], name=op.f('fk_holding_workspace_id_supplier_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_holding'))
    )
    with op.batch_alter_table('holding', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_holding_workspace_id_case_id'), ['workspace_id', 'case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_holding_workspace_id_supplier_id'), ['workspace_id', 'supplier_id'], unique=False)

    op.create_table('escalation',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('supplier_id', sa.Uuid(), nullable=False),
    sa.Column('began', sa.DateTime(timezone=True), nullable=False),
    sa.Column('stage', sa.Enum('acknowledge', 'answer', 'deliver', name='stage', native_enum=False, length=32), nullable=False),
    sa.Column('step', sa.Enum('remind', 'contact', 'staff', name='step', native_enum=False, length=32), nullable=False),
    sa.Column('due', sa.DateTime(timezone=True), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('delivery_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['workspace_id', 'case_id'], ['case.workspace_id', 'case.id'], name=op.f('fk_escalation_workspace_id_case_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'delivery_id'], ['delivery.workspace_id', 'delivery.id'], name=op.f('fk_escalation_workspace_id_delivery_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'supplier_id'], ['supplier.workspace_id', 'supplier.id'], name=op.f('fk_escalation_workspace_id_supplier_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_escalation')),
    sa.UniqueConstraint('workspace_id', 'case_id', 'began', 'stage', 'step', name=op.f('uq_escalation_workspace_id_case_id_began_stage_step'))
    )
    with op.batch_alter_table('escalation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_escalation_workspace_id_step'), ['workspace_id', 'step'], unique=False)
        batch_op.create_index(batch_op.f('ix_escalation_workspace_id_delivery_id'), ['workspace_id', 'delivery_id'], unique=False)

    op.create_table('tie_task',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('partner', 'ambassador', name='tiekind', native_enum=False, length=32), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('silent_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('snoozed_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_by', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_tie_task')),
    sa.UniqueConstraint('workspace_id', 'kind', 'subject_id', 'silent_since', name=op.f('uq_tie_task_workspace_id_kind_subject_id_silent_since'))
    )
    with op.batch_alter_table('tie_task', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_tie_task_workspace_id_done_at'), ['workspace_id', 'done_at'], unique=False)


def downgrade() -> None:
    op.drop_table('tie_task')
    op.drop_table('escalation')
    op.drop_table('holding')
    op.drop_table('agreement')
