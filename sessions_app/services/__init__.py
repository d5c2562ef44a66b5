"""Sessions from the station's messages: start, meter, stop. Sync functions for the writer's connection.

Each may be run again with the same arguments: natural keys in the database decide, never message ids.
"""

from sessions_app.services.meter_values import record_meter_values, record_samples
from sessions_app.services.minimal import minimal_session
from sessions_app.services.reboot import look_after_rebooted, station_booted
from sessions_app.services.remote import remote_stop
from sessions_app.services.start import start_session
from sessions_app.services.stop import stop_session

__all__ = [
    "look_after_rebooted",
    "minimal_session",
    "record_meter_values",
    "record_samples",
    "remote_stop",
    "start_session",
    "station_booted",
    "stop_session",
]
