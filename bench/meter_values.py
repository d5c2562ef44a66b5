"""Sampled values by the million, made inside SQLite from the sessions: no Python object for any of them."""

import sqlite3

# what a station sends at each sample: measurand, unit, phase, the share of the session's energy or a fixed reading
SAMPLES = [
    ("Energy.Active.Import.Register", "Wh", "", None),
    ("Power.Active.Import", "W", "", 11_000),
    ("Current.Import", "A", "L1", 16),
    ("Voltage", "V", "L1-N", 230),
    ("SoC", "Percent", "", 50),
]
FILL = """
INSERT INTO sessions_app_metervalue (
    station_id, session_id, connector_number, timestamp, sampled_at, received_at,
    measurand, phase, context, location, unit, format, value, number, digest
)
SELECT station_id, id, connector_number, at, at, at,
    measurand, phase, 'Sample.Periodic', 'Outlet', unit, 'Raw', CAST(reading AS TEXT), reading, random()
FROM (
    SELECT s.station_id, s.id, s.connector_number, n.measurand, n.phase, n.unit,
        strftime('%Y-%m-%d %H:%M:%S', s.id / 1000 + 60 * n.minute, 'unixepoch') AS at,
        coalesce(n.reading, s.meter_start + (s.last_meter_wh - s.meter_start) * n.share) AS reading
    FROM sessions_app_chargingsession s CROSS JOIN temp.sample n
    ORDER BY s.id LIMIT ?
)
"""


def fill(database: sqlite3.Connection, count: int) -> None:
    """`count` values, shared evenly among the sessions, each session's within its first hours."""
    sessions = database.execute("SELECT count(*) FROM sessions_app_chargingsession").fetchone()[0]
    each = -(-count // sessions)
    database.execute("CREATE TEMP TABLE sample (minute INTEGER, share REAL, measurand, unit, phase, reading REAL)")
    times = -(-each // len(SAMPLES))
    wanted = [
        (10 * (n // len(SAMPLES)), (n // len(SAMPLES)) / times, measurand, unit, phase, reading)
        for n in range(each)
        for measurand, unit, phase, reading in [SAMPLES[n % len(SAMPLES)]]
    ]
    database.executemany("INSERT INTO temp.sample VALUES (?, ?, ?, ?, ?, ?)", wanted)
    database.execute(FILL, (count,))
