"""`manage.py make_ca`: the local authority that signs what stations ask for."""

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from stations.certificates.authority import KINDS, make


class Command(BaseCommand):
    help = "Makes the local certificate authority in CA_FOLDER, once; --key rsa makes one for stations with RSA keys."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--key", choices=KINDS, default="ec", help="its kind (default %(default)s)")
        parser.add_argument("--organization", default=settings.CPO_NAME, help="its owner (default: CPO_NAME)")
        parser.add_argument("--days", type=int, default=3650, help="how long it is valid (default %(default)s)")

    def handle(self, *args: Any, **given: Any) -> None:
        if not 1 <= len(given["organization"]) <= 64:
            raise CommandError("Set CPO_NAME, or use --organization: 1 to 64 characters")
        if not 1 <= given["days"] <= 36_500:
            raise CommandError("--days must be 1 to 36500")
        try:
            certificate = make(
                kind=given["key"], organization=given["organization"], days=given["days"], now=timezone.now()
            )  # fmt: skip
        except FileExistsError as error:
            raise CommandError(f"{error.filename} exists: there is an authority already, and it is kept") from None
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be written ({error.strerror}): set CA_FOLDER") from None
        self.stdout.write(f"Made {certificate}. Back up its folder; stations get it by InstallCertificate.")
