"""What a run is asked to do, and the names of its stations."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Options:
    """One station's orders. Times are seconds; `timeout` is how long it waits for any answer, `step` how long a part of
    an update or upload takes; `fail` is the part that goes wrong."""

    cp_id: str = "CP_TEST_001"
    url: str = "ws://localhost"
    id_tag: str = "RFID_001"
    duration: float = 20.0
    meter_interval: float = 2.0
    fast: bool = False
    connectors: int = 1
    password: str | None = None
    sign_certificate: bool = False
    timeout: float = 10.0
    behaviour: str = "plain"
    step: float = 2.0
    fail: str = ""


def fleet(
    options: Options, count: int, id_tags: Sequence[str], behaviours: Sequence[str] = ("plain",)
) -> list[Options]:
    """`count` stations numbered from `options.cp_id`; cards and behaviours are dealt to them in turn."""
    names = numbered(options.cp_id, count)
    return [
        replace(options, cp_id=name, id_tag=id_tags[n % len(id_tags)], behaviour=behaviours[n % len(behaviours)])
        for n, name in enumerate(names)
    ]


def numbered(first: str, count: int) -> list[str]:
    """CP_TEST_007 → CP_TEST_007, CP_TEST_008, …; a name without a number at its end gets _001, _002, …"""
    if count == 1:
        return [first]
    stem, digits = re.fullmatch(r"(.*?)(\d*)", first, re.DOTALL).groups()  # type: ignore[union-attr]
    if not digits:
        stem, digits = f"{first}_", "001"
    return [f"{stem}{int(digits) + n:0{len(digits)}}" for n in range(count)]
