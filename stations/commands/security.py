"""The security extension: certificates, logs, signed firmware (security white paper)."""

from datetime import datetime
from typing import Any, Unpack

from stations.commands.members import given
from stations.giving import How, give
from stations.models import ChargingStation, Command


def certificate_signed(station: ChargingStation, *, actor: str, certificate_chain: str, **how: Unpack[How]) -> Command:
    """A02. `certificate_chain` is PEM, the station's own certificate first."""
    return give(station, "CertificateSigned", {"certificateChain": certificate_chain}, actor=actor, **how)


def install_certificate(
    station: ChargingStation, *, actor: str, certificate_type: str, certificate: str, **how: Unpack[How]
) -> Command:
    """M05. `certificate` is a root in PEM; `certificate_type` is CentralSystemRootCertificate or
    ManufacturerRootCertificate."""
    payload = {"certificateType": certificate_type, "certificate": certificate}
    return give(station, "InstallCertificate", payload, actor=actor, **how)


def delete_certificate(
    station: ChargingStation, *, actor: str, certificate_hash_data: dict[str, Any], **how: Unpack[How]
) -> Command:
    """M04. `certificate_hash_data` as GetInstalledCertificateIds gave it."""
    payload = {"certificateHashData": certificate_hash_data}
    return give(station, "DeleteCertificate", payload, actor=actor, **how)


def get_installed_certificate_ids(
    station: ChargingStation, *, actor: str, certificate_type: str, **how: Unpack[How]
) -> Command:
    """M03."""
    payload = {"certificateType": certificate_type}
    return give(station, "GetInstalledCertificateIds", payload, actor=actor, **how)


def get_log(
    station: ChargingStation,
    *,
    actor: str,
    log_type: str,
    request_id: int,
    remote_location: str,
    retries: int | None = None,
    retry_interval: int | None = None,
    oldest_timestamp: datetime | None = None,
    latest_timestamp: datetime | None = None,
    **how: Unpack[How],
) -> Command:
    """N01. `log_type` is DiagnosticsLog or SecurityLog; the station uploads to `remote_location`."""
    log = given(remoteLocation=remote_location, oldestTimestamp=oldest_timestamp, latestTimestamp=latest_timestamp)
    payload = given(logType=log_type, requestId=request_id, retries=retries, retryInterval=retry_interval, log=log)
    return give(station, "GetLog", payload, actor=actor, **how)


def signed_update_firmware(
    station: ChargingStation,
    *,
    actor: str,
    request_id: int,
    location: str,
    retrieve_date_time: datetime,
    signing_certificate: str,
    signature: str,
    install_date_time: datetime | None = None,
    retries: int | None = None,
    retry_interval: int | None = None,
    **how: Unpack[How],
) -> Command:
    """L01. `signing_certificate` is PEM, `signature` base64."""
    firmware = given(
        location=location, retrieveDateTime=retrieve_date_time, installDateTime=install_date_time,
        signingCertificate=signing_certificate, signature=signature,
    )  # fmt: skip
    payload = given(retries=retries, retryInterval=retry_interval, requestId=request_id, firmware=firmware)
    return give(station, "SignedUpdateFirmware", payload, actor=actor, **how)
