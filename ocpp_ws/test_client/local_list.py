"""The station's local authorization list (S§3.5.2)."""

from typing import Any

from ocpp.v16.enums import UpdateStatus, UpdateType


class LocalList:
    """idTag -> idTagInfo, with a version that only grows; 0 is the empty list (E§3.52)."""

    def __init__(self) -> None:
        self.version = 0
        self.entries: dict[str, Any] = {}

    def update(self, version: int, kind: str, told: list[dict[str, Any]], longest: int) -> UpdateStatus:
        """Obey SendLocalList (S§5.15): all of it or nothing."""
        if version <= self.version and kind == UpdateType.differential:
            return UpdateStatus.version_mismatch
        entries = {} if kind == UpdateType.full else dict(self.entries)
        entries |= {one["id_tag"]: one.get("id_tag_info") for one in told}
        entries = {tag: info for tag, info in entries.items() if info is not None}
        if len(told) > longest:
            return UpdateStatus.failed
        self.version, self.entries = version, entries
        return UpdateStatus.accepted
