import pytest

from stations.models import ChargingStation


@pytest.fixture
def station(db: None) -> ChargingStation:
    return ChargingStation.objects.create(cp_id="CP_1")
