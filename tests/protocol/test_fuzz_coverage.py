"""BF2: a fuzzer that sees which lines an input reached looks for texts that the protocol core cannot bear."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT
from tests.reliability.report import measured


def fuzzed(folder: Path, *options: str) -> str:
    """What libFuzzer says of its search; the input that broke a rule is in its output."""
    command = [sys.executable, "-m", "tests.protocol.fuzz_frames", str(folder), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stderr[-8000:]
    (coverage,) = re.findall(r"DONE +cov: (\d+)", done.stderr)
    (runs,) = re.findall(r"Done (\d+) runs", done.stderr)
    assert int(coverage) > 100, "only the protocol core is looked at, but it is"
    return f"{runs} inputs, {coverage} edges reached, 0 crashes, each <= 50 ms"


def test_bf2_no_text_breaks_the_protocol_core(tmp_path: Path) -> None:
    fuzzed(tmp_path, "-seed=1", "-runs=20000")


@pytest.mark.long
@pytest.mark.timeout(900)
def test_bf2_no_text_breaks_the_protocol_core_long(tmp_path: Path) -> None:
    measured("BF2", "10 min: " + fuzzed(tmp_path, "-max_total_time=600"))
