"""BF6: whatever a station writes, one event is one line of the log (CWE-117), in both styles."""

import json
import re
from pathlib import Path

import pytest

from tests.main_job.conftest import gateway_process
from tests.processes import Gateway
from tests.server.raw import connected, handshake
from tests.station import CallError, station

FORGED = "2026-01-01T00:00:00.000000Z [critical ] forged"
BREAKS = ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\x1b[2K\x1b[1G"]
LINE = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z \[\w+ *\] ")


async def say_everything(gateway: Gateway) -> None:
    for number, broken in enumerate(BREAKS):
        forged = f"x{broken}{FORGED}"
        async with station(gateway.ws, f"CP_LOG_{number}") as cp:
            await cp.send("BootNotification", {"chargePointVendor": forged, "chargePointModel": forged})
            await cp.send("StopTransaction", {"transactionId": 7, "meterStop": 1, "timestamp": forged}, forged)
            with pytest.raises(CallError):
                await cp.send(f"Boot{forged}", {})
            await cp.socket.send(forged)
            await cp.send("Heartbeat", {forged: forged})
    for path in ("/x%0a" + FORGED.replace(" ", "%20"), "/x%0d%0aforged", "/x%E2%80%A8forged", "/x%1b%5b2Kforged"):
        await refused(gateway.port, path)


async def refused(port: int, path: str) -> None:
    async with connected(port) as peer:
        await peer.send(handshake(path, "Connection: Upgrade"))
        assert await peer.status() == 400


def events(gateway: Gateway) -> list[str]:
    """The lines after the banner, as any reader of lines splits them."""
    _, _, after = gateway.log.partition("Listening on")
    return after.partition("\n")[2].splitlines()


async def test_console_lines_begin_with_their_time(migrated_database: Path) -> None:
    with gateway_process(migrated_database) as gateway:
        await say_everything(gateway)
        lines = events(gateway)
    assert len(lines) > 10 * len(BREAKS)
    assert [line for line in lines if not LINE.match(line)] == []
    assert [line for line in lines if line.startswith(FORGED)] == []


async def test_json_lines_are_one_object_each(migrated_database: Path) -> None:
    with gateway_process(migrated_database, LOG_FORMAT="json") as gateway:
        await say_everything(gateway)
        lines = [json.loads(line) for line in events(gateway)]
    assert len(lines) > 10 * len(BREAKS)
    assert {line["level"] for line in lines} <= {"info", "warning"}
