"""One way for every log line: standard-library loggers, rendered by structlog as coloured console or JSON."""

import logging.config
import sys
from pathlib import Path
from typing import Any

import structlog
from django.core.exceptions import ImproperlyConfigured

LEVELS = {"error": "ERROR", "warn": "WARNING", "warning": "WARNING", "info": "INFO", "debug": "DEBUG"}
QUIET = {
    "daphne": "WARNING",
    "asyncio": "WARNING",
    "httpx": "WARNING",
    "httpcore": "WARNING",
    "django.request": "ERROR",
}
SHARED = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def one_line(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """One event is one line: a station's `%0a` must not forge a second (CWE-117)."""
    text = str(event.get("event", ""))
    if not text.isprintable():
        event["event"] = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return event


def formatter(renderer: Any) -> dict[str, Any]:
    processors = [one_line, structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer]
    return {"()": structlog.stdlib.ProcessorFormatter, "processors": processors, "foreign_pre_chain": SHARED}


def console(*, colors: bool) -> structlog.dev.ConsoleRenderer:
    # rich's tracebacks would print local variables: keys, passwords, tags
    plain = structlog.dev.plain_traceback
    return structlog.dev.ConsoleRenderer(colors=colors, pad_event_to=0, exception_formatter=plain)


class WithoutTraceback(logging.Filter):
    """A request with a foreign Host is somebody's scanner: one line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = None
        return True


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"LOG_FILE: the folder {folder} cannot be made ({error.strerror})") from None


def file_handler(file: str, style: str) -> dict[str, Any]:
    make_folder(Path(file).resolve().parent)
    return {
        "class": "logging.handlers.RotatingFileHandler",
        "filename": file,
        "maxBytes": 10_000_000,
        "backupCount": 10,
        "encoding": "utf-8",
        "formatter": "json" if style == "json" else "plain",
    }


def logging_config(*, level: str, file: str, style: str) -> dict[str, Any]:
    """A dictConfig, applied at once. `style`: console or json; `file`: a path or empty. Raises ImproperlyConfigured."""
    if level.lower() not in LEVELS:
        raise ImproperlyConfigured(f"LOG_LEVEL is {level!r}; use error, warn, info or debug")
    if style not in ("console", "json"):
        raise ImproperlyConfigured(f"LOG_FORMAT is {style!r}; use console or json")
    json = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    handlers: dict[str, Any] = {"console": {"class": "logging.StreamHandler", "formatter": style}}
    if file:
        handlers["file"] = file_handler(file, style)
    config = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "console": formatter([console(colors=sys.stderr.isatty())]),
            "plain": formatter([console(colors=False)]),
            "json": formatter(json),
        },
        "filters": {"scanners": {"()": WithoutTraceback}},
        "handlers": handlers,
        "root": {"handlers": list(handlers), "level": LEVELS[level.lower()]},
        "loggers": {
            **{name: {"level": level} for name, level in QUIET.items()},
            "django.security.DisallowedHost": {"filters": ["scanners"]},
        },
    }
    try:
        logging.config.dictConfig(config)
    except (ValueError, OSError) as error:
        raise ImproperlyConfigured(
            f"LOG_FILE is {file!r}, which cannot be written ({error.__cause__ or error})"
        ) from None
    return config
