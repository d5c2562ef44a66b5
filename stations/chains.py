"""Commands of one action that follow one another: when the next one is sent, and how all of them have ended.

A configuration template goes on while the station accepts it, a limit while it refuses it; what stands alone goes on
whatever the station says.
"""

from collections.abc import Sequence

from stations.models import Command

State = Command.State


def goes_on(command: Command, state: str, status: str) -> bool:
    """Whether the first of `command.then` follows a command that has ended like this; never after silence."""
    if state not in (State.ANSWERED, State.CALL_ERROR):
        return False
    accepted = state == State.ANSWERED and status in Command.POSITIVE
    return stands_alone(command) or accepted != (command.action == "SetChargingProfile")


def stands_alone(command: Command) -> bool:
    """Whether those that follow it are about something else: another session, another reservation."""
    if command.action == "SetChargingProfile":
        return "transactionId" in command.payload["csChargingProfiles"]
    return command.action in ("CancelReservation", "RemoteStopTransaction")


def chain_of(command: Command) -> list[Command]:
    """The command and what has followed it so far."""
    chain = [command]
    while following := Command.objects.filter(after=chain[-1]).first():
        chain.append(following)
    return chain


def decisive(chain: Sequence[Command]) -> Command:
    """Whose end is that of all: of those that stand alone the first that was not accepted, else the last."""
    alone = [one for one in chain if stands_alone(one) and not one.accepted]
    return alone[0] if alone else chain[-1]
