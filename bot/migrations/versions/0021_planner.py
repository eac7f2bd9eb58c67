"""The stages of products' lives"""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('product_stage',
    sa.Column('workspace_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('product_id', sa.Uuid(), nullable=False),
    sa.Column('stage', sa.Enum('introduction', 'growth', 'maturity', 'decline', 'discontinued', name='lifestage', native_enum=False, length=32), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('set_by', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'product_id'], ['product.workspace_id', 'product.id'], name=op.f('fk_product_stage_workspace_id_product_id')),
    sa.PrimaryKeyConstraint('workspace_id', 'id', name=op.f('pk_product_stage')),
    sa.UniqueConstraint('workspace_id', 'product_id', 'since', name=op.f('uq_product_stage_workspace_id_product_id_since'))
    )


def downgrade() -> None:
    op.drop_table('product_stage')
