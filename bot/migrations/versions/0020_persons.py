"""One human on several networks; who speaks for a partner; what was forgotten"""

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('forgotten',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('until', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_forgotten')),
    sa.UniqueConstraint('workspace_id', 'code', 'member_id', name=op.f('uq_forgotten_workspace_id_code_member_id'))
    )
    op.create_table('link',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('former_id', sa.Uuid(), nullable=False),
    sa.Column('members', sa.JSON(), nullable=False),
    sa.Column('linked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_by', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'former_id'], ['person.workspace_id', 'person.id'], name=op.f('fk_link_workspace_id_former_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'person_id'], ['person.workspace_id', 'person.id'], name=op.f('fk_link_workspace_id_person_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_link'))
    )
    with op.batch_alter_table('link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_link_workspace_id_former_id'), ['workspace_id', 'former_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_link_workspace_id_person_id'), ['workspace_id', 'person_id'], unique=False)

    op.create_table('belonging',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('supplier_id', sa.Uuid(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['workspace_id', 'member_id'], ['member.workspace_id', 'member.id'], name=op.f('fk_belonging_workspace_id_member_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'supplier_id'], ['supplier.workspace_id', 'supplier.id'], name=op.f('fk_belonging_workspace_id_supplier_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_belonging'))
    )
    with op.batch_alter_table('belonging', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_belonging_workspace_id_member_id'), ['workspace_id', 'member_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_belonging_workspace_id_supplier_id'), ['workspace_id', 'supplier_id'], unique=False)

    op.create_table('link_code',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=True),
    sa.Column('supplier_id', sa.Uuid(), nullable=True),
    sa.Column('code_hash', sa.LargeBinary(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('claimed_by', sa.Uuid(), nullable=True),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['workspace_id', 'claimed_by'], ['member.workspace_id', 'member.id'], name=op.f('fk_link_code_workspace_id_claimed_by')),
    sa.ForeignKeyConstraint(['workspace_id', 'member_id'], ['member.workspace_id', 'member.id'], name=op.f('fk_link_code_workspace_id_member_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'supplier_id'], ['supplier.workspace_id', 'supplier.id'], name=op.f('fk_link_code_workspace_id_supplier_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_link_code')),
    sa.UniqueConstraint('workspace_id', 'code_hash', name=op.f('uq_link_code_workspace_id_code_hash'))
    )
    with op.batch_alter_table('link_code', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_link_code_workspace_id_claimed_by'), ['workspace_id', 'claimed_by'], unique=False)
        batch_op.create_index(batch_op.f('ix_link_code_workspace_id_member_id_made_at'), ['workspace_id', 'member_id', 'made_at'], unique=False)

    op.create_table('wrong_code',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'member_id'], ['member.workspace_id', 'member.id'], name=op.f('fk_wrong_code_workspace_id_member_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_wrong_code'))
    )
    with op.batch_alter_table('wrong_code', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_wrong_code_workspace_id_member_id_at'), ['workspace_id', 'member_id', 'at'], unique=False)

    op.create_table('voice_aside',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('link_id', sa.Uuid(), nullable=False),
    sa.Column('suggestion_id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('message_id', sa.Uuid(), nullable=False),
    sa.Column('signal_id', sa.Uuid(), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'link_id'], ['link.workspace_id', 'link.id'], name=op.f('fk_voice_aside_workspace_id_link_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'member_id'], ['member.workspace_id', 'member.id'], name=op.f('fk_voice_aside_workspace_id_member_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'message_id'], ['message.workspace_id', 'message.id'], name=op.f('fk_voice_aside_workspace_id_message_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'signal_id'], ['signal.workspace_id', 'signal.id'], name=op.f('fk_voice_aside_workspace_id_signal_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'suggestion_id'], ['suggestion.workspace_id', 'suggestion.id'], name=op.f('fk_voice_aside_workspace_id_suggestion_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_voice_aside'))
    )
    with op.batch_alter_table('voice_aside', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_voice_aside_workspace_id_link_id'), ['workspace_id', 'link_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_voice_aside_workspace_id_member_id'), ['workspace_id', 'member_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('voice_aside', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_voice_aside_workspace_id_member_id'))
        batch_op.drop_index(batch_op.f('ix_voice_aside_workspace_id_link_id'))

    op.drop_table('voice_aside')
    with op.batch_alter_table('wrong_code', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_wrong_code_workspace_id_member_id_at'))

    op.drop_table('wrong_code')
    with op.batch_alter_table('link_code', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_link_code_workspace_id_member_id_made_at'))
        batch_op.drop_index(batch_op.f('ix_link_code_workspace_id_claimed_by'))

    op.drop_table('link_code')
    with op.batch_alter_table('belonging', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_belonging_workspace_id_supplier_id'))
        batch_op.drop_index(batch_op.f('ix_belonging_workspace_id_member_id'))

    op.drop_table('belonging')
    with op.batch_alter_table('link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_link_workspace_id_person_id'))
        batch_op.drop_index(batch_op.f('ix_link_workspace_id_former_id'))

    op.drop_table('link')
    op.drop_table('forgotten')
