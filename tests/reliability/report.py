"""The numbers behind docs/reliability.md: each run prints what it measured (`-s` shows it, and so does PATIENCE)."""

import os


def measured(row: str, text: str) -> None:
    print(f"\nMEASURED {row}: {text}")


def goal(seconds: float) -> float:
    """A goal of the matrix: judged as it is by `make test-long`; elsewhere a busy machine has five times as long."""
    return seconds * float(os.environ.get("PATIENCE", "5"))
