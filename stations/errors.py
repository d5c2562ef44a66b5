"""Why a command could not be given. What the station answers is never an error: it is the command's outcome."""

from typing import Any

from stations.models import Command


class CommandRefused(Exception):
    """Base: the command was not sent to the station."""


class StationOffline(CommandRefused):
    """The station is not connected; the attempt is kept as `command`."""

    def __init__(self, command: Command) -> None:
        super().__init__(f"{command.station.cp_id} is not connected.")
        self.command = command


class QueueFull(CommandRefused):
    """As many commands as COMMAND_QUEUE_DEPTH wait for this station already."""


class NotAllowed(CommandRefused):
    """OCPP forbids this command in the station's present state."""


class NothingToDo(CommandRefused):
    """The station has nothing that the command is about; a bulk command has done its part there."""


class NoAddress(CommandRefused):
    """It is not known under which address the station reaches the gateway."""


class IdempotencyConflict(CommandRefused):
    """The same Idempotency-Key was used for another command within 24 h."""


class InvalidPayload(CommandRefused):
    """The payload breaks the schema of its action, or its rules (stations.profiles); `errors`: path and reason."""

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{path or 'payload'}: {reason}" for path, reason in errors))
        self.errors = errors


Payload = dict[str, Any]
