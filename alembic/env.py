"""Runs the migrations on the connection that pledgebot hands over; the URL is never read here."""

from alembic import context

from pledgebot.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
    compare_type=True,
)

with context.begin_transaction():
    context.run_migrations()
