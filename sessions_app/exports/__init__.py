"""Sessions and meter values as CSV of any length, in constant memory."""

from sessions_app.exports.answer import CsvAnswer, csv_chunks, with_bom
from sessions_app.exports.chunks import in_chunks
from sessions_app.exports.tables import METER_VALUES, SESSIONS, Export, Stamp, local, utc

__all__ = [
    "METER_VALUES",
    "SESSIONS",
    "CsvAnswer",
    "Export",
    "Stamp",
    "csv_chunks",
    "in_chunks",
    "local",
    "utc",
    "with_bom",
]
