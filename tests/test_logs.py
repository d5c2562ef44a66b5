"""What the log shows, and what it must not."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.conf import logging_config


@pytest.fixture
def log(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    before = logging.root.handlers[:], logging.root.level
    file = tmp_path / "folder" / "gateway.log"
    logging_config(level="info", file=str(file), style=request.param)
    yield file
    for handler in logging.root.handlers:
        handler.close()
    logging.root.handlers[:], logging.root.level = before


@pytest.mark.parametrize("log", ["console", "json"], indirect=True)
def test_traceback_shows_no_local_variables(log: Path) -> None:
    secret = "-".join(["a", "key", "of", "a", "station"])  # in no source line as it is

    def fails(authorization_key: str) -> None:
        raise ValueError(len(authorization_key))

    try:
        fails(secret)
    except ValueError:
        logging.getLogger("ocpp_ws").exception("It failed.")
    text = log.read_text()
    assert "ValueError: 18" in text
    assert secret not in text


@pytest.mark.parametrize("log", ["json"], indirect=True)
def test_json_lines_are_json(log: Path) -> None:
    logging.getLogger("ocpp").info("[%s] Received: %s", "CP_1", '[2,"1","Heartbeat",{}]')
    line = json.loads(log.read_text())
    assert (line["level"], line["event"]) == ("info", '[CP_1] Received: [2,"1","Heartbeat",{}]')


@pytest.mark.parametrize("log", ["console"], indirect=True)
def test_one_event_is_one_line(log: Path) -> None:
    logging.getLogger("ocpp").info("[%s] Received: %s", "CP\n2026 [error] forged", "x\x1b[31m\u2028y")
    assert len(log.read_text().splitlines()) == 1
