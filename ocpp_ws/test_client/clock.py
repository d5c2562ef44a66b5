"""Wire times."""

from datetime import UTC, datetime


def wire_time() -> str:
    """Now in UTC with milliseconds, ending in Z: some peers stumble over +00:00."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds_until(text: str) -> float:
    """From now to a time of the wire; in the past it is negative."""
    return (datetime.fromisoformat(text) - datetime.now(UTC)).total_seconds()
