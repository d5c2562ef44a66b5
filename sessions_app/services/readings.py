"""What a session shows of its samples: register, power and state of charge in Wh, W and percent."""

from collections.abc import Iterable

from sessions_app.services.samples import Row

SHOWN = {
    "Energy.Active.Import.Register": "last_meter_wh",
    "Power.Active.Import": "power_w",
    "SoC": "soc_percent",
}
PLACES = {"Outlet", "EV", ""}  # Inlet and Body measure the station, too
PHASES = {"L1", "L2", "L3"}
IMPLAUSIBLE = 2.0**63  # no meter shows that, and no column takes it


def readings(samples: Iterable[Row]) -> dict[str, float]:
    """The columns that samples of one moment fill. The phases are summed only where no total is given (P20)."""
    totals: dict[str, float] = {}
    phases: dict[str, dict[str, float]] = {}
    for row in samples:
        column, number = SHOWN.get(row["measurand"]), in_base_unit(row)
        if column is None or number is None or row["location"] not in PLACES:
            continue
        if not row["phase"]:
            totals[column] = number
        elif (phase := row["phase"].removesuffix("-N")) in PHASES and column != "soc_percent":
            phases.setdefault(column, {})[phase] = number
    shown = {column: sum(parts.values()) for column, parts in phases.items()} | totals
    if "last_meter_wh" in shown:
        shown["last_meter_wh"] = round(shown["last_meter_wh"])
    return shown


def in_base_unit(row: Row) -> float | None:
    if row["number"] is None:
        return None
    number = float(row["number"]) * (1000 if row["unit"][:1] in ("k", "K") else 1)
    return number if abs(number) < IMPLAUSIBLE else None
