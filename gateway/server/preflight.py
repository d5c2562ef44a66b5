"""What must be right before the server listens. Each trouble is one line that says what to do."""

from typing import Any

import redis
from django.conf import settings
from django.core.checks import run_checks
from django.core.management.base import CommandError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from redis.backoff import NoBackoff
from redis.retry import Retry

CONNECT_SECONDS = 3
ONE_TRY: dict[str, Any] = {
    "socket_connect_timeout": CONNECT_SECONDS,
    "socket_timeout": CONNECT_SECONDS,
    "retry": Retry(NoBackoff(), 0),
}


class CannotStart(CommandError):
    """Its text is the whole message."""


def preflight() -> None:
    """Raises CannotStart."""
    check_settings()
    check_database()
    check_migrations()
    check_redis()


def check_settings() -> None:
    errors = [message for message in run_checks() if message.is_serious() and not message.is_silenced()]
    if errors:
        raise CannotStart("\n".join(f"{error.id}: {error.msg} {error.hint or ''}".rstrip() for error in errors))


def check_database() -> None:
    """One try on a connection of its own: the pool would retry, and log, until its own time is up."""
    probe = connections[DEFAULT_DB_ALIAS].copy("preflight")
    options = {name: value for name, value in probe.settings_dict["OPTIONS"].items() if name != "pool"}
    if probe.vendor != "sqlite":
        options["connect_timeout"] = CONNECT_SECONDS
    probe.settings_dict = {**probe.settings_dict, "OPTIONS": options}
    try:
        probe.ensure_connection()
        check_durable(probe)
    except DatabaseError as error:
        reason = str(error).strip().partition("\n")[0]
        raise CannotStart(
            f"The database {database_name()} is not reachable ({reason}): start it or correct DATABASE_URL"
        ) from None
    finally:
        probe.close()


def check_durable(connection: BaseDatabaseWrapper) -> None:
    """Whether a COMMIT survives a loss of power: a reply to a charge point is a receipt.

    gateway.E005 looks at the settings, this at what SQLite made of them: a network file system knows no WAL.
    """
    if connection.vendor == "sqlite":
        found = [shown(connection, f"PRAGMA {name}") for name in ("journal_mode", "synchronous")]
        if found != ["wal", 2]:
            raise CannotStart(
                f"SQLite works with journal_mode={found[0]}, synchronous={found[1]} instead of wal and 2 (FULL): "
                f"put {database_name()} on a local disk"
            )
    if connection.vendor == "postgresql" and shown(connection, "SHOW synchronous_commit") == "off":
        raise CannotStart(
            f"PostgreSQL confirms what it has not written yet (synchronous_commit=off): set it to on for "
            f"{database_name()}"
        )


def shown(connection: BaseDatabaseWrapper, statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def check_migrations() -> None:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    connections[DEFAULT_DB_ALIAS].close()
    if missing:
        raise CannotStart(f"{len(missing)} migrations are not applied; run: python manage.py migrate")


def check_redis() -> None:
    if not settings.REDIS_URL:
        return
    place = settings.REDIS_URL.rpartition("@")[2].removeprefix("redis://")
    try:
        with redis.Redis.from_url(settings.REDIS_URL, **ONE_TRY) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise CannotStart(
            f"Redis at {place} does not answer ({error}): start it, correct REDIS_URL, or empty it for a single process"
        ) from None


def database_name() -> str:
    """Without the password."""
    entry = settings.DATABASES[DEFAULT_DB_ALIAS]
    place = f"{entry['HOST']}:{entry.get('PORT') or 'default port'}/" if entry.get("HOST") else ""
    return f"{place}{entry['NAME']}"
