"""Doors: a second factor for staff, and sessions that are lent to them."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('recovery_code',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('code_hash', sa.LargeBinary(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['workspace_id', 'user_id'], ['user.workspace_id', 'user.id'], name=op.f('fk_recovery_code_workspace_id_user_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_recovery_code')),
    sa.UniqueConstraint('workspace_id', 'user_id', 'code_hash', name=op.f('uq_recovery_code_workspace_id_user_id_code_hash'))
    )
    op.create_table('second_factor',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('secret', sa.LargeBinary(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_step', sa.BigInteger(), nullable=False),
    sa.Column('salt', sa.LargeBinary(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('tries_since', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'user_id'], ['user.workspace_id', 'user.id'], name=op.f('fk_second_factor_workspace_id_user_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_second_factor')),
    sa.UniqueConstraint('workspace_id', 'user_id', name=op.f('uq_second_factor_workspace_id_user_id'))
    )
    with op.batch_alter_table('portal_link', schema=None) as batch_op:
        batch_op.add_column(sa.Column('lent_to', sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_portal_link_workspace_id_lent_to'), 'user', ['workspace_id', 'lent_to'], ['workspace_id', 'id'])

    with op.batch_alter_table('portal_session', schema=None) as batch_op:
        batch_op.add_column(sa.Column('lent_to', sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_portal_session_workspace_id_lent_to'), 'user', ['workspace_id', 'lent_to'], ['workspace_id', 'id'])

    with op.batch_alter_table('user_session', schema=None) as batch_op:
        batch_op.add_column(sa.Column('proved_at', sa.DateTime(timezone=True), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('user_session', schema=None) as batch_op:
        batch_op.drop_column('proved_at')

    with op.batch_alter_table('portal_session', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_portal_session_workspace_id_lent_to'), type_='foreignkey')
        batch_op.drop_column('lent_to')

    with op.batch_alter_table('portal_link', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_portal_link_workspace_id_lent_to'), type_='foreignkey')
        batch_op.drop_column('lent_to')

    op.drop_table('second_factor')
    op.drop_table('recovery_code')
