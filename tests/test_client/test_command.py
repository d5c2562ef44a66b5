"""`manage.py ocpp_test_client` as a person starts it."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from django.core.management.base import CommandError
from ocpp.v16 import call_result
from ocpp.v16.datatypes import IdTagInfo

from ocpp_ws.management.commands.ocpp_test_client import Command
from tests.test_client.csms import Csms

pytestmark = pytest.mark.asyncio
ROOT = Path(__file__).resolve().parents[2]


async def command(*arguments: str, **settings: str) -> tuple[int, str, str]:
    """(exit code, stdout, stderr); its database is a path that cannot be opened."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": "sqlite:////nowhere/at/all.db",
        "PYTHONIOENCODING": "utf-8",
        **settings,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "manage.py", "ocpp_test_client", *arguments,
        cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_a_fast_session_prints_plain_lines_and_a_summary(csms: Csms) -> None:
    code, out, err = await command("--fast", "--url", csms.url, "--verbosity", "2")
    assert (code, err) == (0, "")
    [start], [stop] = csms.said("StartTransaction"), csms.said("StopTransaction")
    assert f"  metered energy  {stop['meterStop'] - start['meterStart']} Wh\n" in out
    assert "  transactionId   1\n" in out
    assert 'CP_TEST_001 → [2,"' in out
    assert 'CP_TEST_001 ← [3,"' in out
    assert "\x1b" not in out
    assert "\r" not in out
    assert "\n\n" not in out


@pytest.mark.parametrize("prefix", ["", "ocpp/16"])
async def test_it_goes_where_the_settings_say_that_the_gateway_listens(csms: Csms, prefix: str) -> None:
    port = csms.url.rpartition(":")[2]
    code, out, err = await command("--fast", PORT=port, STATION_PATH_PREFIX=prefix)
    assert (code, err) == (0, "")
    assert f"connected to {'/'.join(filter(None, [f'ws://localhost:{port}', prefix, 'CP_TEST_001']))}\n" in out


async def test_a_refusal_is_one_line_and_a_bad_exit_code(csms: Csms) -> None:
    csms.bend["Authorize"] = lambda _: call_result.Authorize(IdTagInfo("Blocked"))
    code, _, err = await command("--fast", "--url", csms.url, "--id-tag", "RFID_666")
    assert (code, err) == (1, "CommandError: Authorize was answered Blocked for RFID_666\n")


async def test_many_fail_when_one_fails(csms: Csms) -> None:
    csms.bend["Authorize"] = lambda given: call_result.Authorize(
        IdTagInfo("Blocked" if given["id_tag"] == "BAD" else "Accepted")
    )
    arguments = ["--fast", "--url", csms.url, "--count", "3", "--cp-id", "G_08", "--id-tag", "A", "BAD", "C"]
    code, out, err = await command(*arguments)
    assert code == 1
    assert err == "CommandError: 1 of 3 stations failed; the first: G_09: Authorize was answered Blocked for BAD\n"
    assert "  stations        2 of 3 finished\n" in out
    assert {cp_id for cp_id, _, _ in csms.calls} == {"G_08", "G_09", "G_10"}


@pytest.mark.parametrize("given", [["--duration", "-3"], ["--count", "0"], ["--count", "1.5"], ["--timeout", "inf"]])
async def test_nonsense_options_are_refused(given: list[str]) -> None:
    with pytest.raises(CommandError, match=f"{given[1]!r} is not a positive number"):
        Command().create_parser("manage.py", "ocpp_test_client").parse_args(given)
