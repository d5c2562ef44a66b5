"""D8: the disk is full, then it is not. No restart, nothing acknowledged is lost. Needs root, for a small tmpfs."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.conftest import Supervise
from tests.reliability.fleet import fleet
from tests.reliability.invariants import assert_kept
from tests.reliability.links import let_in
from tests.reliability.report import goal, measured


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    size(disk, "3m")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def size(disk: Path, to: str, *, again: bool = False) -> None:
    options = f"{'remount,' if again else ''}size={to}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(disk)], check=True)


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
async def test_d8_disk_full_long(supervise: Supervise, small_disk: Path, migrated_database: Path) -> None:
    shutil.copy(migrated_database, small_disk / "gateway.db")
    gateway = supervise(DATABASE_URL=f"sqlite:///{small_disk / 'gateway.db'}")
    gateway.start()
    slowest, before = 0.0, gateway.running.child.pid
    async with fleet(5, gateway.ws) as cars:
        for number in range(5):
            await gateway.running.logged(f"(?s)(?:links are closed until it is.*){{{number + 1}}}", 90)
            size(small_disk, f"{4 + number}m", again=True)
            slowest = max(slowest, await let_in(gateway.ws, 20, f"CP_{number}"))
        size(small_disk, "64m", again=True)
        await cars.more(20)
        await cars.finish()
    assert gateway.running.child.pid == before
    assert slowest <= goal(5)
    assert not cars.call_errors
    assert_kept(gateway.url, cars)
    await asyncio.sleep(0)
    measured(
        "D8", f"5 x full, {cars.count} acknowledged, {cars.resent} sent again: 0/0, back in {slowest:.1f} s, no restart"
    )
