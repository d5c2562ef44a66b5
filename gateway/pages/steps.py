"""Commands that follow one another: which has come how far."""

from typing import Any

from gateway.pages.tables import Table
from stations.admin.commands import outcome
from stations.admin.show import chip, link
from stations.models import Command


def steps(command: Command) -> dict[str, Any]:
    """What the command's page shows of all that it is one of; nothing where it stands alone."""
    chain = [command]
    while before := chain[0].after:
        chain.insert(0, before)
    while following := Command.objects.filter(after=chain[-1]).first():
        chain.append(following)
    last = chain[-1]
    if len(chain) == 1 and not last.then:
        return {}
    left = chip("waiting", tone="yellow") if last.state in Command.OPEN else chip("not sent")
    rows = [[link(one, words(one.payload)), outcome(one)] for one in chain]
    rows += [[words(payload), left] for payload in last.then]
    table: Table = {"headers": ["Step", "Outcome"], "rows": rows}
    return {"steps": table, "open": command.state in Command.OPEN or last.state in Command.OPEN}


def words(payload: dict[str, Any]) -> str:
    return " = ".join(str(value) for value in payload.values())
