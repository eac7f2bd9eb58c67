"""Alembic's entry: runs on the connection that `bot.db.upgrade` hands over."""

from alembic import context

from bot.all_models import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=context.config.attributes.get("render_item"),
)
with context.begin_transaction():
    context.run_migrations()
