"""C9: WebSocket as RFC 6455 has it: the Autobahn cases on an echo route of the real server.

Left out: 9 (frames beyond our 4 MiB), 12 and 13 (compression, which the server does not offer).
"""

import json
import subprocess
import sys
from pathlib import Path

from tests.reliability.conftest import Supervise
from tests.reliability.report import measured

GROUPS, CASES = (1, 2, 3, 4, 5, 6, 7, 10), 247
GOOD = {"OK", "NON-STRICT", "INFORMATIONAL"}


def test_c9_websocket_conformance(supervise: Supervise, tmp_path: Path) -> None:
    gateway = supervise(settings="tests.reliability.faulty", FAULTS="echo_route")
    gateway.start()
    cases = judged(gateway.port, tmp_path)
    missed = {name: case for name, case in cases.items() if not {case["behavior"], case["behaviorClose"]} <= GOOD}
    assert (missed, len(cases)) == ({}, CASES)
    assert "Traceback" not in gateway.log, gateway.log[-8000:]
    measured("C9", f"{len(cases)} cases, {len(missed)} missed")


def judged(port: int, folder: Path) -> dict[str, dict[str, str]]:
    """What kosoku says of each case; in a process of its own, for it brings a package `autobahn` that is not ours."""
    command = [str(Path(sys.executable).with_name("kosoku")), f"127.0.0.1:{port}", "-p", "4", "-o", str(folder)]
    for group in GROUPS:
        command += ["-i", f"{group}.*"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    report = folder / "index.json"
    assert report.exists(), done.stderr
    (cases,) = json.loads(report.read_text()).values()
    return {name: {key: case[key] for key in ("behavior", "behaviorClose")} for name, case in cases.items()}
