"""Samples: short, printable and cheap pictures of any value."""

import pytest

from ocpp_ws.protocol.deviations import deviation, sample


@pytest.mark.parametrize(
    ("value", "picture"),
    [
        ("W", "'W'"),
        ("a\x00\ud800ü", "'a\\x00\\ud800\\xfc'"),
        (None, "None"),
        (True, "True"),
        (12.5, "12.5"),
        (2**63, "9223372036854775808"),
        (2**64, "integer of 65 bits"),
        ({"a": 1, "b": 2}, "object of 2"),
        ([1, 2, 3], "array of 3"),
        ((), "array of 0"),
    ],
)
def test_a_sample_shows_the_value(value: object, picture: str) -> None:
    assert sample(value) == picture


def test_a_sample_of_an_integer_too_long_to_print_tells_its_size() -> None:
    assert sample(1 << 20_000) == "integer of 20001 bits"


@pytest.mark.parametrize("value", ["x" * 10_000, "\x00" * 10_000, list(range(10_000)), "'\"" * 200])
def test_a_sample_is_short(value: object) -> None:
    assert len(sample(value)) <= 120


@pytest.mark.parametrize("where", [("idTag",), ("idTagInfo", "parentIdTag"), ("list", 0, "idTag", 5)])
def test_card_numbers_do_not_show(where: tuple[str | int, ...]) -> None:
    assert deviation("too-long", where, "04E6D7A2").sample == "str"


def test_a_path_is_dotted_and_short() -> None:
    assert deviation("too-long", ("meterValue", 0, "timestamp"), "").path == "meterValue.0.timestamp"
    assert len(deviation("extra-member", ("x" * 1000,), "").path) == 120
