"""Sessions and meter values as CSV of any length, in constant memory."""

from sessions_app.exports.answer import CsvAnswer, Download, csv_chunks, in_turn, with_bom
from sessions_app.exports.chunks import in_chunks
from sessions_app.exports.tables import METER_VALUES, SESSIONS, Export, Stamp, local

__all__ = [
    "METER_VALUES",
    "SESSIONS",
    "CsvAnswer",
    "Download",
    "Export",
    "Stamp",
    "csv_chunks",
    "in_chunks",
    "in_turn",
    "local",
    "with_bom",
]
