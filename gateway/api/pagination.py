"""The pagination that the settings name; big tables take BoundedPagination or NewestFirst of the same module."""

from rfid.api.kit import PageSizePagination

__all__ = ["PageSizePagination"]
