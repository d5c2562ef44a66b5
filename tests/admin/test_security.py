"""What an operator does about certificates, signing requests and security events."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gateway.pages.sidebar import badges
from stations.admin.show import listing, page
from stations.certificates import authority, signing_request
from stations.models import Certificate, ChargingStation, Command, SecurityEvent, SigningRequest
from tests.admin.test_commanding import address, body
from tests.stations import x509


@pytest.fixture
def asked(station: ChargingStation, settings: Any, tmp_path: Path) -> SigningRequest:
    settings.CA_FOLDER = tmp_path
    signing_request(station_id=station.pk, csr=x509.request(), authenticated=False, now=timezone.now())
    return SigningRequest.objects.get()


def decide(client: Client, row: SigningRequest, **form: str) -> str:
    response = client.post(reverse("admin:stations_signingrequest_decide", args=[row.pk]), form, follow=True)
    row.refresh_from_db()
    return body(response)


def test_a_request_is_signed_by_a_click(operator: Client, asked: SigningRequest) -> None:
    assert "Sign and send" not in body(operator.get(page(asked))), "there is no local authority"
    assert "make_ca" in decide(operator, asked)
    authority.make(kind="ec", organization="Acme", days=9, now=timezone.now())
    assert "Sign and send" in body(operator.get(page(asked)))
    html = decide(operator, asked)
    command = Command.objects.get()
    assert "goes to the station" in html
    assert page(command) in html
    assert (asked.state, asked.decided_by, command.actor) == ("signed", "olga", "olga")


def test_while_its_certificate_is_on_the_way_nothing_is_signed(operator: Client, asked: SigningRequest) -> None:
    authority.make(kind="ec", organization="Acme", days=9, now=timezone.now())
    html = decide(operator, asked)
    assert "Sign and send" not in html
    assert "Send this chain" not in html
    Command.objects.update(state="timeout")
    assert "Sign and send" in body(operator.get(page(asked)))


def test_a_chain_is_pasted(operator: Client, asked: SigningRequest) -> None:
    assert "Paste the chain" in decide(operator, asked, paste="1", chain=" ")
    wrong = x509.pem(x509.certificate(key=x509.RSA_KEY))
    assert "not for the key of this request" in decide(operator, asked, paste="1", chain=wrong)
    assert asked.state == "pending"
    decide(operator, asked, paste="1", chain=x509.pem(x509.certificate()))
    assert asked.state == "signed"


def test_a_request_is_refused_by_a_click(operator: Client, asked: SigningRequest) -> None:
    assert "It is refused" in decide(operator, asked, refuse="1")
    assert "decided already" in decide(operator, asked, refuse="1")
    assert "Sign and send" not in body(operator.get(page(asked)))
    assert (asked.state, Command.objects.count()) == ("refused", 0)


def test_the_request_is_a_file_for_another_authority(operator: Client, asked: SigningRequest) -> None:
    response = operator.get(reverse("admin:stations_signingrequest_csr", args=[asked.pk]))
    assert body(response) == asked.csr
    assert "attachment" in response["Content-Disposition"]


def test_who_may_only_look_decides_nothing(looker: Client, asked: SigningRequest) -> None:
    decision = reverse("admin:stations_signingrequest_decide", args=[asked.pk])
    assert looker.post(decision).status_code == 403
    assert looker.get(decision).status_code == 405
    assert decision not in body(looker.get(page(asked)))
    asked.refresh_from_db()
    assert asked.state == "pending"


def test_certificates_are_listed_by_their_end_in_colours(operator: Client, station: ChargingStation) -> None:
    for days, word in ((400, "400 days"), (-1, "expired"), (20, "20 days"), (3, "3 days")):
        end = timezone.now() + timedelta(days=days, hours=1)
        Certificate.objects.create(
            station=station, type="ChargePointCertificate", subject=word, serial_number="1", key=word, valid_to=end
        )
    Certificate.objects.create(station=station, type="ManufacturerRootCertificate", serial_number="FF", key="x")
    response = operator.get(listing(Certificate))
    shown = [row.subject for row in response.context["cl"].result_list]
    assert shown == ["expired", "3 days", "20 days", "400 days", ""]
    tones = {"expired": "red", "3 days": "red", "20 days": "orange", "400 days": "green"}
    for word, tone in tones.items():
        assert f'chip-{tone}" title="">{word}<' in body(response)
    assert "number FF" in body(response)


def test_an_installed_root_has_a_button_to_delete_it(operator: Client, certificate: Certificate) -> None:
    station = certificate.station
    button = f"{address(station, 'delete-certificate')}?certificate={certificate.pk}"
    assert button in body(operator.get(listing(Certificate)))
    assert 'value="5" selected' in body(operator.get(button))
    response = operator.post(address(station, "delete-certificate"), {"certificate": "5"})
    assert "cannot connect over TLS any more" in body(response), "the last root is asked about"
    own = Certificate.objects.create(
        station=station, type="ChargePointCertificate", serial_number="B", key="o", issuer_key_hash="x"
    )
    assert f"?certificate={own.pk}" not in body(operator.get(listing(Certificate))), "M04.FR.05"
    assert operator.post(address(station, "delete-certificate"), {"certificate": own.pk}).context["form"].errors


@pytest.mark.usefixtures("asked")
def test_the_own_authority_is_offered_as_root(operator: Client, station: ChargingStation) -> None:
    authority.make(kind="ec", organization="Acme", days=9, now=timezone.now())
    html = body(operator.get(address(station, "install-certificate")))
    assert authority.certificates()["ec"].splitlines()[1] in html


def event(station: ChargingStation, key: str, **columns: Any) -> SecurityEvent:
    now = timezone.now()
    times = {"timestamp": now, "received_at": now, "last_at": now}
    return SecurityEvent.objects.create(station=station, type="T", key=key, **times, **columns)


def test_critical_events_are_counted_in_the_navigation_until_somebody_has_seen_them(
    operator: Client, looker: Client, station: ChargingStation
) -> None:
    first, second = event(station, "a", critical=True), event(station, "b", critical=True)
    event(station, "c")

    def waiting() -> list[Any]:
        assert badges().get("security events", 0) == SecurityEvent.objects.filter(critical=True, seen_at=None).count()
        return list(operator.get(listing(SecurityEvent, attention="new")).context["cl"].result_list)

    assert waiting() == [second, first]
    looker.post(listing(SecurityEvent), {"action": "see", "_selected_action": first.pk})
    assert waiting() == [second, first]
    operator.post(listing(SecurityEvent), {"action": "see", "_selected_action": first.pk})
    assert waiting() == [second]
    operator.post(listing(SecurityEvent), {"action": "see_all", "_selected_action": first.pk})
    assert waiting() == []
    assert SecurityEvent.objects.filter(seen_by="olga").count() == 3


def test_a_station_without_a_key_cannot_be_told_to_present_it(operator: Client, station: ChargingStation) -> None:
    form = {"authentication": "basic", "unknown_tags": "default", "pings": "auto"}
    assert "It has no key yet" in body(operator.post(page(station), form))
    ChargingStation.objects.update(key_hash="sha256$00$00")
    assert operator.post(page(station), form).status_code == 302
    assert "sha256$" not in body(operator.get(page(station)))
