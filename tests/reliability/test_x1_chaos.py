"""X1 as a test: `make chaos` runs it for longer."""

import pytest

from tests.reliability.chaos import INFORMATION, run
from tests.reliability.report import measured

pytestmark = pytest.mark.services


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_x1_chaos_long() -> None:
    result = await run(60, seed=1)
    assert not any(list(result.values())[INFORMATION:]), result
    measured("X1", ", ".join(f"{name} {value}" for name, value in result.items()))
