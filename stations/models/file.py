"""Files that stations fetch here or bring here, and the addresses under which they do."""

from django.db import models
from django.utils import timezone

from stations.models.station import ChargingStation


class StationFile(models.Model):
    """A firmware image for stations, or what a station uploaded. The bytes are in FILES_FOLDER under `stored_as`."""

    class Kind(models.TextChoices):
        FIRMWARE = "firmware"
        DIAGNOSTICS = "diagnostics"
        SECURITY_LOG = "security_log"

    kind = models.CharField(max_length=12, choices=Kind)
    name = models.CharField(max_length=100)
    stored_as = models.CharField(max_length=32, unique=True, editable=False)
    size = models.BigIntegerField(help_text="Bytes.")
    sha256 = models.CharField("SHA-256", max_length=64)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.CharField("from", max_length=150, help_text="Who put it here: a user, or an address.")

    # of firmware
    version = models.CharField(max_length=50, blank=True)
    vendor = models.CharField(max_length=50, blank=True)
    model = models.CharField(max_length=50, blank=True)
    note = models.CharField(max_length=255, blank=True)
    signature = models.CharField(max_length=800, blank=True, help_text="Base64; for a signed update.")
    signing_certificate = models.TextField(blank=True, help_text="PEM; of who signed it.")

    # of what a station uploaded
    station = models.ForeignKey(
        ChargingStation, on_delete=models.CASCADE, null=True, blank=True, related_name="uploaded_files"
    )
    command = models.ForeignKey(
        "stations.Command", on_delete=models.SET_NULL, null=True, blank=True, related_name="files"
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = "file"
        constraints = [  # an upload that is repeated
            models.UniqueConstraint(fields=["command", "name", "sha256"], name="one_row_per_uploaded_file")
        ]

    def __str__(self) -> str:
        return self.name


class FileLink(models.Model):
    """An address with a token that a station may use without login: to download `file`, or to upload where it is
    None. The command that told it points here."""

    token = models.CharField(max_length=32, unique=True)
    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="file_links")
    file = models.ForeignKey(StationFile, on_delete=models.CASCADE, null=True, blank=True, related_name="links")
    announced = models.CharField(max_length=100, blank=True, help_text="The name that the station gave in its answer.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    requests = models.PositiveIntegerField(default=0, help_text="How often it was asked for.")
    downloads = models.PositiveIntegerField(default=0, help_text="How often it was downloaded to its end.")
    uploads = models.PositiveIntegerField(default=0, help_text="How many files came, or are on their way.")
    last_at = models.DateTimeField(null=True, blank=True)
    last_address = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = "file address"

    def __str__(self) -> str:
        return f"{self.station.cp_id}: {self.file or 'upload'}"
