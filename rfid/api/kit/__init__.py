"""What the REST resources of every floor share. It imports the framework only, and stands on the lowest floor because
imports only go down."""

from rfid.api.kit.filters import (
    SEGMENT,
    After,
    Before,
    Flag,
    IdOrder,
    Ordering,
    SameText,
    Search,
    StrictFilterBackend,
    WholeNumber,
    WindowedFilterSet,
    takes_csv,
)
from rfid.api.kit.pagination import BoundedPagination, NewestFirst, PageSizePagination
from rfid.api.kit.problems import Problem
from rfid.api.kit.serializers import CamelModelSerializer, StrictSerializer, UtcDateTimeField
from rfid.api.kit.streamed import Streamed

__all__ = [
    "SEGMENT",
    "After",
    "Before",
    "BoundedPagination",
    "CamelModelSerializer",
    "Flag",
    "IdOrder",
    "NewestFirst",
    "Ordering",
    "PageSizePagination",
    "Problem",
    "SameText",
    "Search",
    "Streamed",
    "StrictFilterBackend",
    "StrictSerializer",
    "UtcDateTimeField",
    "WholeNumber",
    "WindowedFilterSet",
    "takes_csv",
]
