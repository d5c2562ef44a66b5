"""How values become members of a payload."""

from datetime import datetime
from typing import Any

from ocpp_ws.protocol import format_timestamp


def given(**members: Any) -> dict[str, Any]:
    """Optional members are omitted, never null (OCPP-J 4.2); times as OCPP writes them."""
    return {name: member(value) for name, value in members.items() if value is not None}


def member(value: Any) -> Any:
    return format_timestamp(value) if isinstance(value, datetime) else value
