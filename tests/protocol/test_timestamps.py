"""Times as chargers write them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocpp_ws.protocol import format_timestamp, parse_timestamp
from ocpp_ws.protocol.schema_files import load
from ocpp_ws.protocol.timestamps import SENT_TIMES, is_timestamp, with_milliseconds

OF_STATIONS = {
    "Authorize", "BootNotification", "DataTransfer", "DiagnosticsStatusNotification", "FirmwareStatusNotification",
    "Heartbeat", "LogStatusNotification", "MeterValues", "SecurityEventNotification", "SignCertificate",
    "SignedFirmwareStatusNotification", "StartTransaction", "StatusNotification", "StopTransaction",
}  # fmt: skip
RECEIVED = datetime(2026, 11, 22, 19, 20, tzinfo=UTC)
SAID = datetime(2026, 11, 22, 19, 18, 26, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T19:18:26Z",
        "2026-11-22t19:18:26z",
        "2026-11-22 19:18:26Z",
        " 2026-11-22T19:18:26Z\n",
        "2026-11-22T19:18:26+00:00",
        "2026-11-22T19:18:26-00:00",
        "2026-11-22T21:18:26+02:00",
        "2026-11-22T21:18:26+0200",
        "2026-11-22T21:18:26+02",
        "2026-11-22T13:48:26-05:30",
        "2026-11-23T05:18:26+10",
        "2026-11-22T19:18:26.0Z",
        "2026-11-22T19:18:26.000000000Z",
        "2026-11-22T19:18:26,000+00",
    ],
)
def test_every_spelling_of_an_instant_is_the_same_instant(text: str) -> None:
    timestamp = parse_timestamp(text, RECEIVED)
    assert (timestamp.instant, timestamp.effective, timestamp.flags) == (SAID, SAID, ())
    assert timestamp.as_sent == "2026-11-22T19:18:26.000000Z"


@pytest.mark.parametrize(
    ("fraction", "microseconds"),
    [
        ("1", 100_000),
        ("12", 120_000),
        ("123", 123_000),
        ("123456", 123_456),
        ("1234567", 123_456),
        ("999999999", 999_999),
    ],
)
def test_fractions_are_read_to_the_microsecond(fraction: str, microseconds: int) -> None:
    timestamp = parse_timestamp(f"2026-11-22T19:18:26.{fraction}Z", RECEIVED)
    assert timestamp.instant == SAID.replace(microsecond=microseconds)
    assert timestamp.as_sent == f"2026-11-22T19:18:26.{microseconds:06}Z"


def sent_times(schema: Any, name: str = "") -> Iterator[str]:
    """The names of the members of a schema that are times."""
    if not isinstance(schema, dict):
        return
    if schema.get("format") == "date-time":
        yield name
    for key, member in schema.items():
        yield from sent_times(member, name if key in ("properties", "items") else key)


def test_every_time_that_a_central_system_sends_is_known_as_one() -> None:
    """What a station sends is in the calls of its own actions, and in the answers to those of the central system."""
    sent = [s.document for (action, kind), s in load().items() if (action in OF_STATIONS) == (kind == "result")]
    assert {name for document in sent for name in sent_times(document)} == SENT_TIMES


def test_times_get_milliseconds_wherever_they_are_and_nothing_else_does() -> None:
    profile = {"validFrom": "2026-03-01T00:00:00Z", "chargingSchedule": {"startSchedule": "2026-03-01T00:00:00.5Z"}}
    payload = {"csChargingProfiles": [profile], "data": "2026-03-01T00:00:00Z", "expiryDate": 5}
    written = with_milliseconds(payload)
    assert written["csChargingProfiles"][0]["validFrom"] == "2026-03-01T00:00:00.000Z"
    assert written["csChargingProfiles"][0]["chargingSchedule"] == {"startSchedule": "2026-03-01T00:00:00.5Z"}
    assert (written["data"], written["expiryDate"]) == ("2026-03-01T00:00:00Z", 5)
    assert profile["validFrom"] == "2026-03-01T00:00:00Z", "a copy"


def test_seconds_may_be_left_out() -> None:
    assert parse_timestamp("2026-11-22T19:18Z", RECEIVED).instant == SAID.replace(second=0)


def test_no_zone_means_utc_and_is_flagged() -> None:
    timestamp = parse_timestamp("2026-11-22T19:18:26", RECEIVED)
    assert (timestamp.instant, timestamp.flags) == (SAID, ("no_zone",))


def test_no_zone_means_the_zone_of_the_station_where_one_is_set() -> None:
    timestamp = parse_timestamp("2026-11-22T20:18:26", RECEIVED, default_tz=timezone(timedelta(hours=1)))
    assert (timestamp.instant, timestamp.flags) == (SAID, ("no_zone",))


def test_a_zone_in_the_text_beats_the_zone_of_the_station() -> None:
    timestamp = parse_timestamp("2026-11-22T19:18:26Z", RECEIVED, default_tz=timezone(timedelta(hours=1)))
    assert timestamp.instant == SAID


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-11-22",
        "20261122T191826Z",
        "2026-W47-7T19:18:26Z",
        "2026-02-30T19:18:26Z",
        "2026-13-01T19:18:26Z",
        "2026-11-22T25:18:26Z",
        "2026-11-22T19:18:60Z",
        "2026-11-22T19:18:26+99:00",
        "2026-11-22T19:18:26+24:00",
        "2026-11-22T19:18:26.Z",
        "2026-11-22T19:18:26.1234567890Z",
        "2026-11-22T19:18:26 UTC",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "٢٠٢٦-11-22T19:18:26Z",
        "1795375106",
    ],
)
def test_what_is_no_time_is_kept_raw_and_replaced_by_the_time_of_receipt(text: str) -> None:
    timestamp = parse_timestamp(text, RECEIVED)
    assert (timestamp.instant, timestamp.effective, timestamp.flags) == (None, RECEIVED, ("unparsable_time",))
    assert timestamp.as_sent == text
    assert not is_timestamp(text)


def test_long_raw_text_is_cut_to_64_characters() -> None:
    assert parse_timestamp("x" * 100, RECEIVED).as_sent == "x" * 64


@pytest.mark.parametrize(
    ("text", "clockless"),
    [
        ("1970-01-01T00:00:12Z", True),
        ("0001-01-01T00:00:00Z", True),
        ("2014-12-31T23:59:59Z", True),
        ("2015-01-01T00:30:00+01:00", True),
        ("2015-01-01T00:00:00Z", False),
        ("2020-05-05T00:00:00Z", False),
    ],
)
def test_a_time_before_2015_comes_from_a_station_without_clock(text: str, clockless: bool) -> None:
    timestamp = parse_timestamp(text, RECEIVED)
    assert timestamp.instant is not None
    assert timestamp.flags == (("clockless",) if clockless else ())
    assert timestamp.effective == (RECEIVED if clockless else timestamp.instant)


@pytest.mark.parametrize(
    ("ahead", "flags", "believed"),
    [
        (timedelta(0), (), True),
        (timedelta(minutes=5), (), True),
        (timedelta(minutes=5, seconds=1), ("clock_deviation",), True),
        (timedelta(days=1), ("clock_deviation",), True),
        (timedelta(days=1, seconds=1), ("clock_deviation",), False),
        (timedelta(days=365_000), ("clock_deviation",), False),
        (-timedelta(days=365), (), True),
    ],
)
def test_the_future_is_flagged_and_not_believed_beyond_a_day(
    ahead: timedelta, flags: tuple[str, ...], believed: bool
) -> None:
    said = RECEIVED + ahead
    timestamp = parse_timestamp(said.isoformat(), RECEIVED)
    assert (timestamp.instant, timestamp.flags) == (said, flags)
    assert timestamp.effective == (said if believed else RECEIVED)


def test_two_flags_stand_side_by_side() -> None:
    assert parse_timestamp("1970-01-01T00:00:00", RECEIVED).flags == ("no_zone", "clockless")


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (SAID, "2026-11-22T19:18:26Z"),
        (SAID.replace(microsecond=999_999), "2026-11-22T19:18:26Z"),
        (SAID.astimezone(timezone(timedelta(hours=5, minutes=30))), "2026-11-22T19:18:26Z"),
        (datetime(987, 1, 2, tzinfo=UTC), "0987-01-02T00:00:00Z"),
    ],
)
def test_we_write_whole_seconds_in_utc(moment: datetime, text: str) -> None:
    assert format_timestamp(moment) == text


def test_we_write_no_time_without_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        format_timestamp(datetime(2026, 11, 22))


OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=st.just(UTC))


@given(MOMENTS, OFFSETS)
def test_the_instant_does_not_depend_on_the_offset_it_is_written_in(moment: datetime, offset: timezone) -> None:
    here, there = (parse_timestamp(moment.astimezone(zone).isoformat(), RECEIVED) for zone in (UTC, offset))
    assert here.instant == moment
    assert here == there


@given(MOMENTS)
def test_what_we_write_we_can_read(moment: datetime) -> None:
    assert parse_timestamp(format_timestamp(moment), RECEIVED).instant == moment.replace(microsecond=0)


NEARLY = st.from_regex(
    r"\s?\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d{0,12})?)?(Z|z|[+-]\d\d:?\d{0,2})?\s?", fullmatch=True
)


@given(st.text() | NEARLY, OFFSETS)
def test_no_text_raises_and_the_effective_time_is_always_usable(text: str, zone: timezone) -> None:
    timestamp = parse_timestamp(text, RECEIVED, default_tz=zone)
    assert timestamp.effective.utcoffset() == timedelta(0)
    assert timestamp.effective <= RECEIVED + timedelta(days=1)
    assert len(timestamp.as_sent) <= 64
    assert (timestamp.instant is None) == ("unparsable_time" in timestamp.flags)
