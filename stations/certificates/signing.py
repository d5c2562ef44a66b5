"""The inbox of signing requests (white paper A02, A03): signed or refused, then the chain is sent."""

from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from django.conf import settings
from django.db.models import QuerySet

from stations import outbox
from stations.certificates import authority
from stations.certificates.reading import TROUBLE, Unreadable, common_names, key_digest, pem, read_chain, read_request
from stations.certificates.requests import Asked, judged
from stations.models import ChargingStation, Command, SigningRequest

State = SigningRequest.State
ASKED_FOR = timedelta(minutes=15)
LONGEST_CHAIN = 10_000  # characters: white paper 5.1
GATEWAY = "gateway"


class CannotSign(Exception):
    """Its text says what to do."""


def signing_request(*, station_id: int, csr: str, authenticated: bool, now: datetime) -> str:
    """SignCertificate.req: Accepted, or Rejected where it cannot be signed or was refused. The same again is the same.

    A station that asks once more after its chain had ended, well or badly, is pending again.
    """
    station = ChargingStation.objects.get(pk=station_id)
    serial_numbers = [one for one in (station.serial_number, station.charge_box_serial_number) if one]
    asked = judged(csr, serial_numbers=serial_numbers)
    row = kept(station_id, asked, now)
    if row.state in (State.ACCEPTED, State.REJECTED) or (row.state == State.INVALID and not asked.fault):
        reopened = SigningRequest.objects.filter(pk=row.pk, state=row.state)
        reopened.update(
            state=State.PENDING, received_at=now, decided_at=None, decided_by="", command=None, remark=asked.remark
        )
        row.refresh_from_db()
    if row.state == State.PENDING and settings.SIGN_CERTIFICATES == "automatic" and (authenticated or row.asked_for):
        sign_or_leave(row, serial_numbers, now)
    return "Rejected" if row.state in (State.INVALID, State.REFUSED) else "Accepted"


def kept(station_id: int, asked: Asked, now: datetime) -> SigningRequest:
    """The row of this request, made where it is new."""
    new = SigningRequest(
        station_id=station_id, digest=asked.digest, state=State.INVALID if asked.fault else State.PENDING,
        csr=asked.csr[:5500].replace("\x00", "\ufffd"), subject=asked.subject, key_words=asked.key_words,
        public_key=asked.public_key, remark=asked.fault or asked.remark, received_at=now,
        asked_for=was_asked_for(station_id, now),
    )  # fmt: skip
    SigningRequest.objects.bulk_create([new], ignore_conflicts=True)
    rows = SigningRequest.objects.filter(station_id=station_id, digest=asked.digest)
    if new.asked_for:
        rows.update(asked_for=True)
    return rows.get()


def was_asked_for(station_id: int, now: datetime) -> bool:
    """The station has agreed, a short while ago, to ask (A02.FR.02)."""
    triggers = Command.objects.filter(
        station_id=station_id, action="ExtendedTriggerMessage", status="Accepted", sent_at__gte=now - ASKED_FOR,
        payload__requestedMessage="SignChargePointCertificate",
    )  # fmt: skip
    return triggers.exists()


def sign_or_leave(row: SigningRequest, serial_numbers: Collection[str], now: datetime) -> None:
    """By the local authority; where that cannot or should not, the request stays in the inbox and says why."""
    try:
        only_its_own_name(row, serial_numbers)
        sign(row, by=GATEWAY, now=now)
    except CannotSign as error:
        SigningRequest.objects.filter(pk=row.pk).update(remark=str(error)[:255])


def only_its_own_name(row: SigningRequest, serial_numbers: Collection[str]) -> None:
    """A station tells its serial number itself, so it may be another's, or a piece of another's. Raises CannotSign."""
    [common] = common_names(read_request(row.csr).subject)
    name = common.replace("\x00", "\ufffd").strip()
    own = [one for one in serial_numbers if one.lower() in name.lower()]
    others = ChargingStation.objects.exclude(pk=row.station_id)
    same = [others.with_serial_number(number) for number in {name, *own}]
    # a shorter one may stand in a name by chance
    same += [others.named(name), others.with_serial_number_in(name, at_least=max(map(len, own), default=1))]
    if other := next(filter(None, (stations.first() for stations in same)), None):
        raise CannotSign(
            f"Not signed automatically: {other.cp_id} has the same serial number, or is the station of that commonName."
        )


def sign(row: SigningRequest, *, by: str, now: datetime, chain: str = "") -> Command:
    """Send the `chain` of another authority, else what the local one signs; returns the CertificateSigned command.

    It waits for the station for a day. Raises CannotSign. Call it inside a transaction.
    """
    if row.command and row.command.state in Command.OPEN:
        raise CannotSign("Its certificate is on the way already.")
    text = checked_chain(row, chain, now) if chain.strip() else locally_signed(row, now)
    as_read = SigningRequest.objects.filter(pk=row.pk, state=row.state, command=row.command)
    if not as_read.filter(state__in=SigningRequest.SIGNABLE).update(
        state=State.SIGNED, chain=text, decided_at=now, decided_by=by[:150]
    ):
        row.refresh_from_db()
        raise CannotSign(f"The request is {row.get_state_display()}: it is not signed any more.")
    payload = {"certificateChain": text}
    command = outbox.follow_up(station_id=row.station_id, action="CertificateSigned", payload=payload, actor=by)
    SigningRequest.objects.filter(pk=row.pk).update(command=command)
    row.refresh_from_db()
    return command


def locally_signed(row: SigningRequest, now: datetime) -> str:
    try:
        return authority.sign(read_request(row.csr), now=now)
    except (authority.NoAuthority, Unreadable) as error:
        raise CannotSign(str(error)) from None
    except TROUBLE as error:
        raise CannotSign(f"The local authority cannot sign this request: {error}") from None


def checked_chain(row: SigningRequest, text: str, now: datetime) -> str:
    """A chain from elsewhere as PEM, the station's certificate first. Raises CannotSign."""
    try:
        chain = read_chain(text)
        fault = chain_fault(row, chain, now)
    except Unreadable as error:
        raise CannotSign(str(error)) from None
    except TROUBLE:
        raise CannotSign("The chain has a part that cannot be read.") from None
    if fault:
        raise CannotSign(fault)
    return "".join(pem(one) for one in chain)


def chain_fault(row: SigningRequest, chain: list[x509.Certificate], now: datetime) -> str:
    if key_digest(chain[0].public_key()) != row.public_key:
        return "The first certificate is not for the key of this request."
    if not chain[0].not_valid_before_utc <= now <= chain[0].not_valid_after_utc:
        return "The first certificate is not valid now."
    for issued, issuer in pairwise(chain):
        try:
            issued.verify_directly_issued_by(issuer)
        except (InvalidSignature, *TROUBLE):
            return "Each certificate of the chain must be signed by the next one."
    if sum(len(pem(one)) for one in chain) > LONGEST_CHAIN:
        return f"The chain is longer than {LONGEST_CHAIN} characters: leave the root out."
    return ""


def refuse(row: SigningRequest, *, by: str, now: datetime) -> bool:
    """It is not signed; False where it was decided already."""
    rows = SigningRequest.objects.filter(pk=row.pk, state__in=[State.PENDING, State.REJECTED])
    return bool(rows.update(state=State.REFUSED, decided_at=now, decided_by=by[:150]))


def settle(rows: QuerySet[SigningRequest], status: str) -> Any:
    """What the station thinks of the chain that was sent (A02.FR.06, 07)."""
    sent = rows.filter(state=State.SIGNED)
    return sent.update(state=State.ACCEPTED if status == "Accepted" else State.REJECTED)
