"""Commands that follow one another: which has come how far."""

from typing import Any

from gateway.pages.tables import Table
from stations.admin.commands import outcome
from stations.admin.show import chip, link
from stations.chains import chain_of
from stations.models import Command


def steps(command: Command) -> dict[str, Any]:
    """What the command's page shows of all that it is one of; nothing where it stands alone."""
    first = command
    while before := first.after:
        first = before
    chain = chain_of(first)
    last = chain[-1]
    if len(chain) == 1 and not last.then:
        return {}
    left = chip("waiting", tone="yellow") if last.state in Command.OPEN else chip("not sent")
    rows = [[link(one, words(one.payload)), outcome(one)] for one in chain]
    rows += [[words(payload), left] for payload in last.then]
    table: Table = {"headers": ["Step", "Outcome"], "rows": rows}
    return {"steps": table, "open": command.state in Command.OPEN or last.state in Command.OPEN}


def words(payload: dict[str, Any]) -> str:
    """What tells a step from its sisters: `Key = value`, the number of a session, a profile's purpose."""
    if profile := payload.get("csChargingProfiles"):
        return f"{profile['chargingProfilePurpose']}, connector {payload['connectorId']}"
    if len(payload) == 1:
        return "".join(f"{name} {value}" for name, value in payload.items())
    return " = ".join(str(value) for value in payload.values())
