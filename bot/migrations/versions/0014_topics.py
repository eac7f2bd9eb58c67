"""What part of the shop a matter is about"""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

_TOPIC = sa.Enum('product', 'delivery', 'store', 'web', 'service', 'bot', name='topic', native_enum=False, length=32)


def upgrade() -> None:
    for table in ('signal', 'suggestion'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column('topic', _TOPIC, nullable=False, server_default='product'))


def downgrade() -> None:
    for table in ('suggestion', 'signal'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column('topic')
