"""The last lines of a run."""

from .journal import Journal


def station_summary(journal: Journal) -> list[str]:
    """transactionId, energy, frames and duration of one station's run."""
    sessions = journal.charged
    rows = [
        ("station", journal.cp_id),
        ("transactionId", ", ".join(str(session.transaction_id) for session in sessions)),
        ("metered energy", f"{journal.energy_wh} Wh{_parts([s.energy_wh for s in sessions])}"),
        ("frames", f"{journal.sent + journal.received} ({journal.sent} sent, {journal.received} received)"),
        ("duration", f"{journal.seconds:.1f} s"),
    ]
    return _table(rows, journal.complaints)


def fleet_summary(journals: list[Journal], count: int) -> list[str]:
    """The same for many, added up; `count` includes the stations that failed."""
    rows = [
        ("stations", f"{len(journals)} of {count} finished"),
        ("transactions", str(sum(len(journal.charged) for journal in journals))),
        ("metered energy", f"{sum(journal.energy_wh for journal in journals)} Wh"),
        ("frames", str(sum(journal.sent + journal.received for journal in journals))),
        ("duration", f"{max((journal.seconds for journal in journals), default=0.0):.1f} s"),
    ]
    return _table(rows, sum(journal.complaints for journal in journals))


def _table(rows: list[tuple[str, str]], complaints: int) -> list[str]:
    if complaints:
        rows = [*rows, ("complaints", f"{complaints} (see above)")]
    return ["Summary", *(f"  {name:<15} {value}" for name, value in rows)]


def _parts(energies: list[int]) -> str:
    return f" ({' + '.join(map(str, energies))})" if len(energies) > 1 else ""
