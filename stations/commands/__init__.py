"""What a central system asks of a station: one function per OCPP action, a module per profile.

Each writes a Command row, waits for the station's answer as `how` says (stations.giving.How) and returns the row as it
stands; `status` is the station's own word. Raises the CommandRefused of stations.errors.
"""

from stations.commands.anything import OUTGOING, call
from stations.commands.core import (
    change_availability,
    change_configuration,
    clear_cache,
    data_transfer,
    get_configuration,
    remote_start_transaction,
    remote_stop_transaction,
    reset,
    unlock_connector,
)
from stations.commands.firmware import get_diagnostics, update_firmware
from stations.commands.local_list import fill_local_list, get_local_list_version, send_local_list
from stations.commands.many import cancel_reservations, delete_known_certificate, sign_waiting, stop_sessions
from stations.commands.remote_trigger import extended_trigger_message, trigger_message
from stations.commands.reservation import cancel_reservation, reserve_now
from stations.commands.security import (
    certificate_signed,
    delete_certificate,
    get_installed_certificate_ids,
    get_log,
    install_certificate,
    signed_update_firmware,
)
from stations.commands.smart_charging import clear_charging_profile, get_composite_schedule, set_charging_profile
from stations.commands.templates import apply_template

MAY_COMMAND = "stations.change_chargingstation"  # Django's permission for all of them
MAY_CALL = "stations.add_command"  # for any CALL as it is written

__all__ = [
    "MAY_CALL",
    "MAY_COMMAND",
    "OUTGOING",
    "apply_template",
    "call",
    "cancel_reservation",
    "cancel_reservations",
    "certificate_signed",
    "change_availability",
    "change_configuration",
    "clear_cache",
    "clear_charging_profile",
    "data_transfer",
    "delete_certificate",
    "delete_known_certificate",
    "extended_trigger_message",
    "fill_local_list",
    "get_composite_schedule",
    "get_configuration",
    "get_diagnostics",
    "get_installed_certificate_ids",
    "get_local_list_version",
    "get_log",
    "install_certificate",
    "remote_start_transaction",
    "remote_stop_transaction",
    "reserve_now",
    "reset",
    "send_local_list",
    "set_charging_profile",
    "sign_waiting",
    "signed_update_firmware",
    "stop_sessions",
    "trigger_message",
    "unlock_connector",
    "update_firmware",
]
