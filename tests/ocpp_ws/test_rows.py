"""Many rows in one statement: what is written is what Django reads."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ocpp_ws.models import OcppMessage
from ocpp_ws.rows import insert_rows
from sessions_app.models import MeterValue
from stations.models import ChargingStation
from tests.ocpp_ws.test_writer import message

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def station(db: None) -> ChargingStation:
    return ChargingStation.objects.create(cp_id="CP_1")


@pytest.mark.parametrize(
    "payload", [{}, {"a": [1, 2.5, None, True, "ä\u202e\U0001f50c\\u0000"]}, {"n": 2**63}, {"raw": "%s ' \" \\"}, []]
)
def test_json_comes_back_as_it_was(station: ChargingStation, payload: object) -> None:
    insert_rows(OcppMessage, [message("1", station.pk, payload=payload, answer=payload)])
    row = OcppMessage.objects.get()
    assert (row.payload, row.answer) == (payload, payload)


def test_no_answer_is_null_and_not_json(station: ChargingStation) -> None:
    insert_rows(OcppMessage, [message("1", station.pk), message("2", station.pk, answer={}, answered_at=NOON)])
    assert list(OcppMessage.objects.filter(answer__isnull=True).values_list("unique_id", flat=True)) == ["1"]
    assert list(OcppMessage.objects.order_by("pk").values_list("answered_at", flat=True)) == [None, NOON]


@pytest.mark.parametrize(
    "moment", [NOON, NOON.astimezone(timezone(timedelta(hours=5, minutes=30))), datetime.min.replace(tzinfo=UTC)]
)
def test_a_time_comes_back_as_the_same_instant(station: ChargingStation, moment: datetime) -> None:
    insert_rows(OcppMessage, [message("1", station.pk, at=moment)])
    assert OcppMessage.objects.get().at == moment


def meter_value(station: ChargingStation, **columns: object) -> dict[str, object]:
    return {
        "station_id": station.pk, "session_id": None, "connector_number": 1, "timestamp": NOON, "sampled_at": NOON,
        "received_at": NOON, "measurand": "SoC", "phase": "", "context": "", "location": "", "unit": "", "format": "",
        "value": "1", "number": 1.0, "digest": 1,
    } | columns  # fmt: skip


@pytest.mark.parametrize("number", [None, 0.0, -1.5, 1e300, 5e-324])
def test_a_number_comes_back_as_it_was(station: ChargingStation, number: float | None) -> None:
    insert_rows(MeterValue, [meter_value(station, number=number), meter_value(station, digest=2)])
    assert MeterValue.objects.get(digest=1).number == number


def test_a_digest_uses_all_64_bits(station: ChargingStation) -> None:
    digests = [-(2**63), -1, 0, 1, 2**63 - 1]
    insert_rows(MeterValue, [meter_value(station, digest=digest) for digest in digests])
    assert sorted(MeterValue.objects.values_list("digest", flat=True)) == digests


def test_no_rows_are_no_statement(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        insert_rows(MeterValue, [])


def test_a_thousand_rows_are_one_statement(station: ChargingStation, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        insert_rows(MeterValue, [meter_value(station, digest=number) for number in range(1000)])
    assert MeterValue.objects.count() == 1000
