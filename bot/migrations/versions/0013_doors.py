"""Doors: tokens for programs, files and feeds that posts come from, addresses for calendars."""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('api_answer',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('token_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('asked', sa.Text(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('headers', sa.JSON(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_api_answer')),
    sa.UniqueConstraint('workspace_id', 'token_id', 'key', name=op.f('uq_api_answer_workspace_id_token_id_key'))
    )
    with op.batch_alter_table('api_answer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_api_answer_workspace_id_at'), ['workspace_id', 'at'], unique=False)

    op.create_table('origin',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('post_id', sa.Uuid(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_origin')),
    sa.UniqueConstraint('workspace_id', 'source', 'key', name=op.f('uq_origin_workspace_id_source_key'))
    )
    op.create_table('api_token',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('scopes', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['workspace_id', 'user_id'], ['user.workspace_id', 'user.id'], name=op.f('fk_api_token_workspace_id_user_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_api_token')),
    sa.UniqueConstraint('workspace_id', 'token_hash', name=op.f('uq_api_token_workspace_id_token_hash'))
    )
    op.create_table('calendar_address',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('drafts', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['workspace_id', 'user_id'], ['user.workspace_id', 'user.id'], name=op.f('fk_calendar_address_workspace_id_user_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_calendar_address')),
    sa.UniqueConstraint('workspace_id', 'token_hash', name=op.f('uq_calendar_address_workspace_id_token_hash'))
    )
    op.create_table('feed',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('questions', sa.Text(), nullable=False),
    sa.Column('channel_ids', sa.JSON(), nullable=False),
    sa.Column('campaign', sa.Text(), nullable=False),
    sa.Column('zone', sa.Text(), nullable=False),
    sa.Column('every_minutes', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('made', sa.Integer(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('etag', sa.Text(), nullable=False),
    sa.Column('modified', sa.Text(), nullable=False),
    sa.Column('paused', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'author_id'], ['user.workspace_id', 'user.id'], name=op.f('fk_feed_workspace_id_author_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_feed')),
    sa.UniqueConstraint('workspace_id', 'url', name=op.f('uq_feed_workspace_id_url'))
    )
    with op.batch_alter_table('feed', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_feed_workspace_id_next_at'), ['workspace_id', 'next_at'], unique=False)

    op.create_table('intake',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Enum('csv', 'xlsx', 'ics', name='kind', native_enum=False, length=32), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=True),
    sa.Column('zone', sa.Text(), nullable=False),
    sa.Column('step', sa.Enum('looking', 'looked', 'taking', 'taken', 'left', name='step', native_enum=False, length=32), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('new', sa.Integer(), nullable=False),
    sa.Column('same', sa.Integer(), nullable=False),
    sa.Column('wrong', sa.Integer(), nullable=False),
    sa.Column('problems', sa.JSON(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['workspace_id', 'author_id'], ['user.workspace_id', 'user.id'], name=op.f('fk_intake_workspace_id_author_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_intake'))
    )
    op.create_table('intake_file',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('intake_id', sa.Uuid(), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'intake_id'], ['intake.workspace_id', 'intake.id'], name=op.f('fk_intake_file_workspace_id_intake_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_intake_file')),
    sa.UniqueConstraint('workspace_id', 'intake_id', name=op.f('uq_intake_file_workspace_id_intake_id'))
    )


def downgrade() -> None:
    op.drop_table('intake_file')
    op.drop_table('intake')
    op.drop_index(op.f('ix_feed_workspace_id_next_at'), table_name='feed')
    op.drop_table('feed')
    op.drop_table('calendar_address')
    op.drop_table('api_token')
    op.drop_table('origin')
    op.drop_index(op.f('ix_api_answer_workspace_id_at'), table_name='api_answer')
    op.drop_table('api_answer')
