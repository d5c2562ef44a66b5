"""The filter backend that the settings name."""

from rfid.api.kit import StrictFilterBackend

__all__ = ["StrictFilterBackend"]
