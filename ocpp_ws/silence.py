"""How long the database server may be silent before its connection is given up.

A line that is cut without a word looks like a server that thinks. Where the other end of TCP acknowledges, and be it a
proxy's, a balancer's or a stopped server's kernel, no keepalive finds it; so the wait itself must have an end.
"""

import threading
from concurrent.futures import ThreadPoolExecutor

PAGES_SECONDS = 30.0  # of a statement of a request: no page and no list may take so long
_own = threading.local()
_others: float | None = None  # a command of manage.py, a migration for one, may take its time


def is_served() -> None:
    """In a process that serves: from now on no thread waits for longer than PAGES_SECONDS."""
    global _others
    _others = PAGES_SECONDS


def executor(name: str, threads: int, seconds: float) -> ThreadPoolExecutor:
    """Threads with a limit of their own."""
    return ThreadPoolExecutor(threads, name, bound_thread, (seconds,))


def bound_thread(seconds: float) -> None:
    _own.seconds = seconds


def limit() -> float | None:
    """Seconds that the calling thread waits for an answer; None: for ever."""
    return getattr(_own, "seconds", _others)
