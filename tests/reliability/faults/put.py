"""Replacing a part of the gateway in this process."""

from typing import Any


def put(owner: Any, **parts: Any) -> None:
    """Set each named attribute of a module or class; the name must exist, or the fault would do nothing."""
    for name, part in parts.items():
        assert hasattr(owner, name), f"{owner} has no {name} any more"
        setattr(owner, name, part)
