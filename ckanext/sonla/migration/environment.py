"""What every plugin's alembic `env.py` does."""

from __future__ import annotations

from alembic import context
from sqlalchemy import engine_from_config, pool


def run(plugin: str) -> None:
    """Run a plugin's migrations on a connection, in one transaction.

    Args:
        plugin: the plugin's name; its version table is `<plugin>_alembic_version`.
    """
    config = context.config
    engine = engine_from_config(
        config.get_section(config.config_ini_section) or {},
        prefix="sqlalchemy.",
        poolclass=pool.NullPool,
    )
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=None,
            version_table=f"{plugin}_alembic_version",
        )
        with context.begin_transaction():
            context.run_migrations()
