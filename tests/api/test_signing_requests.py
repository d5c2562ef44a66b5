"""Signing and refusing over REST."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from stations.certificates import authority, signing_request
from stations.models import Command, SigningRequest
from tests.api import rows
from tests.api.conftest import Api, attrs, problem
from tests.stations import x509


@pytest.fixture
def address(api: Api, settings: Any, tmp_path: Path) -> str:
    """Of a request in the inbox."""
    settings.CA_FOLDER = tmp_path
    cp = rows.station("CP_1")
    signing_request(station_id=cp.pk, csr=x509.request(), authenticated=False, now=timezone.now())
    return f"/api/signing-requests/{SigningRequest.objects.get().pk}"


def test_the_local_authority_signs(api: Api, address: str) -> None:
    problem(api.send("POST", f"{address}/sign", {}), 409, "conflict")
    authority.make(kind="ec", organization="Acme", days=9, now=timezone.now())
    answer = api.send("POST", f"{address}/sign", {}).json()
    command = Command.objects.get()
    assert (answer["state"], answer["commandId"], answer["decidedBy"]) == ("signed", command.pk, "anonymous@127.0.0.1")
    assert command.payload == {"certificateChain": answer["chain"]}


def test_a_chain_of_another_authority_is_sent(api: Api, address: str) -> None:
    chain = x509.pem(x509.certificate())
    assert api.send("POST", f"{address}/sign", {"certificateChain": chain}).json()["chain"] == chain
    assert attrs(api.send("POST", f"{address}/sign", {"chain": chain})) == {"chain"}
    wrong = x509.pem(x509.certificate(key=x509.RSA_KEY))
    problem(api.send("POST", f"{address}/sign", {"certificateChain": wrong}), 409, "conflict")


def test_a_request_is_refused_once(api: Api, address: str) -> None:
    assert api.send("POST", f"{address}/refuse").json()["state"] == "refused"
    problem(api.send("POST", f"{address}/refuse"), 409, "conflict")
    problem(api.send("POST", f"{address}/sign", {}), 409, "conflict")
    assert not Command.objects.exists()
