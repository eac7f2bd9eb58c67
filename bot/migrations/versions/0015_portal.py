"""People of a partner, what was given back, and pictures that people sent"""

import sqlalchemy as sa
from alembic import op

revision = '0015_portal'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('contact',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('supplier_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('channel_id', sa.Uuid(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('added_by', sa.Text(), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['workspace_id', 'channel_id'], ['channel.workspace_id', 'channel.id'], name=op.f('fk_contact_workspace_id_channel_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'supplier_id'], ['supplier.workspace_id', 'supplier.id'], name=op.f('fk_contact_workspace_id_supplier_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_contact')),
    sa.UniqueConstraint('workspace_id', 'supplier_id', 'email', name=op.f('uq_contact_workspace_id_supplier_id_email'))
    )
    op.create_index(op.f('ix_contact_workspace_id_channel_id'), 'contact', ['workspace_id', 'channel_id'])
    op.create_table('hand_back',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('supplier_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'case_id'], ['case.workspace_id', 'case.id'], name=op.f('fk_hand_back_workspace_id_case_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'supplier_id'], ['supplier.workspace_id', 'supplier.id'], name=op.f('fk_hand_back_workspace_id_supplier_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_hand_back'))
    )
    op.create_index(op.f('ix_hand_back_workspace_id_case_id'), 'hand_back', ['workspace_id', 'case_id'])
    op.create_table('picture',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('message_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('alt', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'kept', 'lost', name='picturestate', native_enum=False, length=32), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'message_id'], ['message.workspace_id', 'message.id'], name=op.f('fk_picture_workspace_id_message_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_picture')),
    sa.UniqueConstraint('workspace_id', 'message_id', 'number', name=op.f('uq_picture_workspace_id_message_id_number'))
    )
    op.create_index(op.f('ix_picture_workspace_id_state_due_at'), 'picture', ['workspace_id', 'state', 'due_at'])
    op.create_table('product_picture',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('product_id', sa.Uuid(), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'product_id'], ['product.workspace_id', 'product.id'], name=op.f('fk_product_picture_workspace_id_product_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_product_picture')),
    sa.UniqueConstraint('workspace_id', 'product_id', name=op.f('uq_product_picture_workspace_id_product_id'))
    )
    op.create_table('translated',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('message_id', sa.Uuid(), nullable=False),
    sa.Column('locale', sa.Text(), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'message_id'], ['message.workspace_id', 'message.id'], name=op.f('fk_translated_workspace_id_message_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_translated')),
    sa.UniqueConstraint('workspace_id', 'message_id', 'locale', 'digest', name=op.f('uq_translated_workspace_id_message_id_locale_digest'))
    )
    for table in ('portal_link', 'portal_session'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column('contact_id', sa.Uuid(), nullable=True))
            batch_op.create_foreign_key(
                batch_op.f(f'fk_{table}_workspace_id_contact_id'),
                'contact', ['workspace_id', 'contact_id'], ['workspace_id', 'id'],
            )
    with op.batch_alter_table('portal_session', schema=None) as batch_op:
        batch_op.add_column(sa.Column('device', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('portal_session', schema=None) as batch_op:
        batch_op.drop_column('seen_at')
        batch_op.drop_column('device')
    for table in ('portal_session', 'portal_link'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(batch_op.f(f'fk_{table}_workspace_id_contact_id'), type_='foreignkey')
            batch_op.drop_column('contact_id')
    for table in ('product_picture', 'translated', 'picture', 'hand_back', 'contact'):
        op.drop_table(table)
