"""Database, channel layer and cache from their URLs."""

import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",  # deferred mode: 446 of 500 read-then-write transactions fail at once
    "timeout": 5,
    # FULL survives power loss, NORMAL only kill -9: a reply to a charge point is a receipt
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000;",
}
# the server ends a transaction that nobody goes on with, whose locks keep out the stations that it is about, and a
# connection to nobody
OF_THE_SERVER = "-c idle_in_transaction_session_timeout=10000 -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10"
# a server or a route that is gone without a word is noticed in seconds, not after the system's 15 minutes
NOTICES_SILENCE = {
    "connect_timeout": 3, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3,
    "tcp_user_timeout": 5000,
}  # fmt: skip
HINT = "use sqlite:///gateway.db, postgres://USER:PASSWORD@HOST:5432/NAME or mysql://USER:PASSWORD@HOST:3306/NAME"


def database(url: str, base_dir: Path) -> dict[str, Any]:
    """Django's DATABASES entry for a `DATABASE_URL`; `file:./dev.db` counts as SQLite. Raises ImproperlyConfigured."""
    if url.startswith("file:"):
        url = "sqlite:///" + url.removeprefix("file:").removeprefix("//")
    try:
        with warnings.catch_warnings(action="ignore"):  # the sentence below says it better
            config: dict[str, Any] = dict(environ.Env.db_url_config(url))
    except Exception as error:  # noqa: BLE001 - whatever the parser makes of a broken URL
        raise ImproperlyConfigured(f"DATABASE_URL is not a database URL ({error}); {HINT}") from None
    engine = config.get("ENGINE", "")
    if engine.endswith("sqlite3"):
        return config | {"NAME": sqlite_path(config["NAME"], base_dir), "OPTIONS": dict(SQLITE_OPTIONS)}
    if engine.endswith("postgresql"):
        return config | {"OPTIONS": postgresql_options(config.get("OPTIONS", {})), "CONN_MAX_AGE": 0}
    if engine.endswith("mysql"):
        if find_spec("MySQLdb") is None:
            raise ImproperlyConfigured("DATABASE_URL names MySQL, whose driver is missing: pip install mysqlclient")
        return config | {"CONN_MAX_AGE": 0}
    raise ImproperlyConfigured(f"DATABASE_URL names no database that the gateway speaks; {HINT}")


def postgresql_options(of_the_url: dict[str, Any]) -> dict[str, Any]:
    from gateway.conf.postgresql import BoundedConnection  # the driver is loaded where it is needed

    # each HTTP request has its own thread under ASGI: a pool, never one connection a thread
    pool = {"min_size": 2, "max_size": 20, "timeout": 10, "connection_class": BoundedConnection}
    options = f"{OF_THE_SERVER} {of_the_url.get('options', '')}".strip()  # of two with one name the later holds
    return {**NOTICES_SILENCE, **of_the_url, "options": options, "pool": pool}


def sqlite_path(name: str, base_dir: Path) -> str:
    """A relative file counts from the project's root, not from where the command was started."""
    return name if name == ":memory:" or Path(name).is_absolute() else str((base_dir / name).resolve())


def channel_layers(redis_url: str) -> dict[str, Any]:
    if not redis_url:
        return {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    # redis-py >= 8 has a 5 s socket timeout that kills idle blocking reads
    host = {"address": redis_url, "socket_timeout": None}
    backend = "channels_redis.pubsub.RedisPubSubChannelLayer"
    return {"default": {"BACKEND": backend, "CONFIG": {"hosts": [host]}}}


def cache(redis_url: str) -> dict[str, Any]:
    if not redis_url:
        return {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    return {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": redis_url}}
