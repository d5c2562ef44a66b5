"""CSV: text stays text in a spreadsheet, and what a spreadsheet makes of a file is read all the same."""

from rfid.csv_files.apply import apply
from rfid.csv_files.cards import COLUMNS, card_cells
from rfid.csv_files.cells import Cell, csv_text, safe
from rfid.csv_files.plan import Change, Outcome, Plan, PlannedRow, plan_cards
from rfid.csv_files.reading import MOST_BYTES, MOST_ROWS, NotReadable, Sheet, read_sheet

__all__ = [
    "COLUMNS",
    "MOST_BYTES",
    "MOST_ROWS",
    "Cell",
    "Change",
    "NotReadable",
    "Outcome",
    "Plan",
    "PlannedRow",
    "Sheet",
    "apply",
    "card_cells",
    "csv_text",
    "plan_cards",
    "read_sheet",
    "safe",
]
