"""The queue: weekly slots, evergreens, and what filled a slot"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('queue_category',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('filling', sa.Enum('never', 'suggest', 'automatic', name='filling', native_enum=False, length=32), nullable=False),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_queue_category')),
    sa.UniqueConstraint('workspace_id', 'name', name=op.f('uq_queue_category_workspace_id_name'))
    )
    op.create_table('weekly_slot',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('category_id', sa.Uuid(), nullable=False),
    sa.Column('channel_id', sa.Uuid(), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('minute', sa.Integer(), nullable=False),
    sa.Column('zone', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'category_id'], ['queue_category.workspace_id', 'queue_category.id'], name=op.f('fk_weekly_slot_workspace_id_category_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'channel_id'], ['channel.workspace_id', 'channel.id'], name=op.f('fk_weekly_slot_workspace_id_channel_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_weekly_slot')),
    sa.UniqueConstraint('workspace_id', 'channel_id', 'weekday', 'minute', 'zone', name=op.f('uq_weekly_slot_workspace_id_channel_id_weekday_minute_zone'))
    )
    op.create_table('evergreen',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('category_id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('variants', sa.JSON(), nullable=False),
    sa.Column('media', sa.JSON(), nullable=False),
    sa.Column('broadcast', sa.Boolean(), nullable=False),
    sa.Column('product_id', sa.Uuid(), nullable=True),
    sa.Column('cool_down_days', sa.Integer(), nullable=False),
    sa.Column('most_uses', sa.Integer(), nullable=True),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('resting', sa.Boolean(), nullable=False),
    sa.Column('approved_by_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'approved_by_id'], ['user.workspace_id', 'user.id'], name=op.f('fk_evergreen_workspace_id_approved_by_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'category_id'], ['queue_category.workspace_id', 'queue_category.id'], name=op.f('fk_evergreen_workspace_id_category_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'product_id'], ['product.workspace_id', 'product.id'], name=op.f('fk_evergreen_workspace_id_product_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_evergreen'))
    )
    op.create_table('queue_fill',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('channel_id', sa.Uuid(), nullable=False),
    sa.Column('local', sa.DateTime(), nullable=False),
    sa.Column('zone', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('evergreen_id', sa.Uuid(), nullable=True),
    sa.Column('variant', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'channel_id'], ['channel.workspace_id', 'channel.id'], name=op.f('fk_queue_fill_workspace_id_channel_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'evergreen_id'], ['evergreen.workspace_id', 'evergreen.id'], name=op.f('fk_queue_fill_workspace_id_evergreen_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'post_id'], ['post.workspace_id', 'post.id'], name=op.f('fk_queue_fill_workspace_id_post_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_queue_fill')),
    sa.UniqueConstraint('workspace_id', 'channel_id', 'local', 'zone', name=op.f('uq_queue_fill_workspace_id_channel_id_local_zone'))
    )
    with op.batch_alter_table('queue_fill', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_queue_fill_workspace_id_evergreen_id'), ['workspace_id', 'evergreen_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_queue_fill_workspace_id_post_id'), ['workspace_id', 'post_id'], unique=False)

    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.create_index('ix_message_answers', ['workspace_id', 'answers_id'], unique=False, sqlite_where=sa.text('answers_id IS NOT NULL'), postgresql_where=sa.text('answers_id IS NOT NULL'))

    with op.batch_alter_table('looked', schema=None) as batch_op:
        batch_op.add_column(sa.Column('until', sa.DateTime(timezone=True), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_index('ix_message_answers', sqlite_where=sa.text('answers_id IS NOT NULL'), postgresql_where=sa.text('answers_id IS NOT NULL'))

    with op.batch_alter_table('looked', schema=None) as batch_op:
        batch_op.drop_column('until')

    with op.batch_alter_table('queue_fill', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_queue_fill_workspace_id_post_id'))
        batch_op.drop_index(batch_op.f('ix_queue_fill_workspace_id_evergreen_id'))

    op.drop_table('queue_fill')
    op.drop_table('evergreen')
    op.drop_table('weekly_slot')
    op.drop_table('queue_category')
