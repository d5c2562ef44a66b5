"""All cases of the central system are played, each by one test with its number and name."""

import re
from pathlib import Path

CASES = """
001 003 004_1 004_2 005_1 007 010 011_1 011_2 012 013 014 017_1 017_2 018_1 019_1 019_2 021 023_1 023_2 023_3 024 026
028 030 031 032_1 037_1 037_3 039 040_1 040_2 042_1 042_2 043_1 043_3 043_4 043_5 044_1 044_2 044_3 045_1 045_2 046 047
048_1 048_2 048_3 048_4 049 051 052 053 054 055 056 057 059 061 064 066 067 073 074 075_1 075_2 076 077 078 079 080 081
083 085 086 087 088
"""


def test_every_case_has_its_test() -> None:
    texts = [file.read_text() for file in Path(__file__).parent.glob("test_*.py")]
    played = [number for text in texts for number in re.findall(r"^async def test_tc_(\d+(?:_\d)?)_", text, re.M)]
    assert sorted(played) == sorted(CASES.split())
    assert len(played) == 77
