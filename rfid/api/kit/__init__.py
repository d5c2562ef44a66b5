"""What the REST resources of every floor share. It imports the framework only, and stands on the lowest floor because
imports only go down."""

from rfid.api.kit.filters import (
    INT32,
    INT64,
    NUMBER,
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
    refuse_unknown,
    takes_csv,
)
from rfid.api.kit.negotiation import AnyAccept
from rfid.api.kit.pagination import BoundedPagination, NewestFirst, PageSizePagination
from rfid.api.kit.permissions import permission_of, require
from rfid.api.kit.problems import Problem
from rfid.api.kit.serializers import CamelModelSerializer, StrictSerializer, UtcDateTimeField, camel
from rfid.api.kit.streamed import Streamed

__all__ = [
    "INT32",
    "INT64",
    "NUMBER",
    "SEGMENT",
    "After",
    "AnyAccept",
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
    "camel",
    "permission_of",
    "refuse_unknown",
    "require",
    "takes_csv",
]
