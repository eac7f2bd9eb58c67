"""What everybody may read"""

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('board_choice',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('suggestion_id', sa.Uuid(), nullable=False),
    sa.Column('shown', sa.Boolean(), nullable=False),
    sa.Column('chosen_by', sa.Text(), nullable=False),
    sa.Column('chosen_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'suggestion_id'], ['suggestion.workspace_id', 'suggestion.id'], name=op.f('fk_board_choice_workspace_id_suggestion_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_board_choice')),
    sa.UniqueConstraint('workspace_id', 'suggestion_id', name=op.f('uq_board_choice_workspace_id_suggestion_id'))
    )


def downgrade() -> None:
    op.drop_table('board_choice')
