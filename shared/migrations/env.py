"""Alembic's environment: works on the connection that :mod:`shared.migrations.runner` hands over."""

from __future__ import annotations

from alembic import context

from shared.migrations.runner import comparison

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["metadata"],
    process_revision_directives=context.config.attributes.get("process_revision_directives"),
    include_object=context.config.attributes.get("include_object"),
    render_as_batch=True,
    **comparison(),
)
with context.begin_transaction():
    context.run_migrations()
