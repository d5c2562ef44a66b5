"""Certificates at stations, and what stations ask to have signed (white paper 2.6, A02, A03, M03 to M05)."""

from django.db import models

from stations.models.command import Command
from stations.models.station import ChargingStation


class Certificate(models.Model):
    """A certificate that a station has, or had. Of one that only the station told of, nothing but hashes is known."""

    class Type(models.TextChoices):
        CHARGE_POINT = "ChargePointCertificate", "charge point"
        CENTRAL_SYSTEM_ROOT = "CentralSystemRootCertificate", "central system root"
        MANUFACTURER_ROOT = "ManufacturerRootCertificate", "manufacturer root"

    class State(models.TextChoices):
        INSTALLED = "installed", "installed"
        REPLACED = "replaced", "replaced"
        DELETED = "deleted", "deleted"
        MISSING = "missing", "not there any more"

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="certificates")
    type = models.CharField(max_length=28, choices=Type)
    state = models.CharField(max_length=9, choices=State, default=State.INSTALLED)
    subject = models.CharField(max_length=255, blank=True)
    issuer = models.CharField(max_length=255, blank=True)
    serial_number = models.CharField(max_length=40, help_text="Hexadecimal, without leading zeros.")
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_to = models.DateTimeField(null=True, blank=True)
    hash_algorithm = models.CharField(max_length=6, blank=True)
    issuer_name_hash = models.CharField(max_length=128, blank=True)
    issuer_key_hash = models.CharField(max_length=128, blank=True, help_text="Empty: the issuer is not known here.")
    pem = models.TextField(blank=True)
    key = models.CharField(max_length=64, editable=False, help_text="SHA-256 of the certificate, else of its hashes.")
    installed_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True, help_text="When the station last listed it.")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["valid_to", "id"]
        constraints = [models.UniqueConstraint(fields=["station", "type", "key"], name="one_row_per_certificate")]
        indexes = [models.Index(fields=["state", "valid_to"])]

    def __str__(self) -> str:
        return f"{self.station.cp_id}: {self.subject or self.serial_number}"

    @property
    def hash_data(self) -> dict[str, str]:
        """CertificateHashDataType (white paper 6.1)."""
        return {
            "hashAlgorithm": self.hash_algorithm,
            "issuerNameHash": self.issuer_name_hash,
            "issuerKeyHash": self.issuer_key_hash,
            "serialNumber": self.serial_number,
        }


class SigningRequest(models.Model):
    """A SignCertificate.req: the station wants its public key certified. `digest` is of what is asked, so the same
    request again makes no second row."""

    class State(models.TextChoices):
        PENDING = "pending", "pending"
        SIGNED = "signed", "signed and sent"
        ACCEPTED = "accepted", "accepted by the station"
        REJECTED = "rejected", "rejected by the station"
        REFUSED = "refused", "refused"
        INVALID = "invalid", "invalid"

    SIGNABLE = (State.PENDING, State.SIGNED, State.REJECTED)  # again, where the first chain did not arrive or please

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="signing_requests")
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    csr = models.TextField("certificate signing request")
    subject = models.CharField(max_length=255, blank=True)
    key_words = models.CharField("key", max_length=40, blank=True, help_text="Its kind and size.")
    public_key = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the public key.")
    remark = models.CharField(max_length=255, blank=True, help_text="Why it is invalid, or what to look at.")
    asked_for = models.BooleanField(default=False, help_text="The operator had triggered it (A02).")
    chain = models.TextField(blank=True)
    command = models.ForeignKey(Command, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    received_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=150, blank=True)
    digest = models.CharField(max_length=64, editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["station", "digest"], name="one_row_per_signing_request")]
        indexes = [models.Index(fields=["state"])]

    def __str__(self) -> str:
        return f"{self.station.cp_id}: {self.subject or 'unreadable'}"
