"""Is the database usable? For the writer's threads."""

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F

from sessions_app.models import TransactionIdCounter

AWAY = (OperationalError, InterfaceError)  # not the unit's fault, but the database's


def knock() -> None:
    """Commit something; ask PostgreSQL itself before: its pool tries again after 1, 2, 4 ... s only."""
    if connection.vendor == "postgresql":
        start_pool_anew()
    commit_something()


def start_pool_anew() -> None:
    """Once the server is back."""
    how = connection.get_connection_params() | {"connect_timeout": 3}
    connection.Database.connect(**how).close()  # type: ignore[attr-defined]
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]


def is_usable() -> bool:
    try:
        commit_something()
    except AWAY:
        return False
    return True


def commit_something() -> None:
    """A write that changes nothing: a full disk refuses it as well as a lock or a server that is away."""
    try:
        with transaction.atomic():
            if not TransactionIdCounter.objects.filter(pk=1).update(value=F("value")):
                TransactionIdCounter.objects.bulk_create([TransactionIdCounter(pk=1)], ignore_conflicts=True)
    except AWAY:
        connection.close()
        raise
