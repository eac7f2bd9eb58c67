"""What people do beside talking"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('erasure',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_erasure')),
    sa.UniqueConstraint('workspace_id', 'code', name=op.f('uq_erasure_workspace_id_code'))
    )
    with op.batch_alter_table('erasure', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_erasure_workspace_id_done_at'), ['workspace_id', 'done_at'], unique=False)

    op.create_table('data_link',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['workspace_id', 'person_id'], ['person.workspace_id', 'person.id'], name=op.f('fk_data_link_workspace_id_person_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_data_link')),
    sa.UniqueConstraint('workspace_id', 'token_hash', name=op.f('uq_data_link_workspace_id_token_hash'))
    )
    op.create_table('expecting',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('conversation', sa.Text(), nullable=False),
    sa.Column('what', sa.Enum('suggestion', 'ideas', 'erasure', name='awaited', native_enum=False, length=32), nullable=False),
    sa.Column('choices', sa.JSON(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'member_id'], ['member.workspace_id', 'member.id'], name=op.f('fk_expecting_workspace_id_member_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_expecting')),
    sa.UniqueConstraint('workspace_id', 'member_id', 'conversation', 'what', name=op.f('uq_expecting_workspace_id_member_id_conversation_what'))
    )
    with op.batch_alter_table('expecting', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_expecting_workspace_id_expires_at'), ['workspace_id', 'expires_at'], unique=False)

    op.create_table('ballot',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('delivery_id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('options', sa.JSON(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'delivery_id'], ['delivery.workspace_id', 'delivery.id'], name=op.f('fk_ballot_workspace_id_delivery_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'member_id'], ['member.workspace_id', 'member.id'], name=op.f('fk_ballot_workspace_id_member_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_ballot')),
    sa.UniqueConstraint('workspace_id', 'delivery_id', 'member_id', name=op.f('uq_ballot_workspace_id_delivery_id_member_id'))
    )
    op.create_table('reaction',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('delivery_id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('emoji', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'delivery_id'], ['delivery.workspace_id', 'delivery.id'], name=op.f('fk_reaction_workspace_id_delivery_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'member_id'], ['member.workspace_id', 'member.id'], name=op.f('fk_reaction_workspace_id_member_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_reaction')),
    sa.UniqueConstraint('workspace_id', 'delivery_id', 'member_id', 'emoji', name=op.f('uq_reaction_workspace_id_delivery_id_member_id_emoji'))
    )
    with op.batch_alter_table('channel', schema=None) as batch_op:
        batch_op.add_column(sa.Column('joined', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('parted', sa.Integer(), nullable=False, server_default='0'))

    with op.batch_alter_table('channel', schema=None) as batch_op:
        batch_op.alter_column('joined', server_default=None)
        batch_op.alter_column('parted', server_default=None)

    with op.batch_alter_table('member', schema=None) as batch_op:
        batch_op.add_column(sa.Column('language', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('answers', sa.Enum('here', 'private', 'none', name='answers', native_enum=False, length=32), nullable=False, server_default='here'))
        batch_op.add_column(sa.Column('often', sa.Enum('steps', 'ends', name='often', native_enum=False, length=32), nullable=False, server_default='steps'))
        batch_op.add_column(sa.Column('quiet_from', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('quiet_until', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('unreachable_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('erased_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('member', schema=None) as batch_op:
        batch_op.alter_column('language', server_default=None)
        batch_op.alter_column('answers', server_default=None)
        batch_op.alter_column('often', server_default=None)

    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.add_column(sa.Column('hidden_at', sa.DateTime(timezone=True), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_column('hidden_at')

    with op.batch_alter_table('member', schema=None) as batch_op:
        batch_op.drop_column('erased_at')
        batch_op.drop_column('unreachable_at')
        batch_op.drop_column('quiet_until')
        batch_op.drop_column('quiet_from')
        batch_op.drop_column('often')
        batch_op.drop_column('answers')
        batch_op.drop_column('language')

    with op.batch_alter_table('channel', schema=None) as batch_op:
        batch_op.drop_column('parted')
        batch_op.drop_column('joined')

    op.drop_table('reaction')
    op.drop_table('ballot')
    with op.batch_alter_table('expecting', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_expecting_workspace_id_expires_at'))

    op.drop_table('expecting')
    op.drop_table('data_link')
    with op.batch_alter_table('erasure', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_erasure_workspace_id_done_at'))

    op.drop_table('erasure')
