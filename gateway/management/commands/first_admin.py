"""`manage.py first_admin`: somebody must be able to log in after the first start."""

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction

NAME = "admin"


class Command(BaseCommand):
    help = "Creates the superuser `admin` with a random password, if there is no superuser yet."

    def handle(self, *args: Any, **options: Any) -> None:
        users = get_user_model().objects
        if users.filter(is_superuser=True).exists():
            return
        password = secrets.token_urlsafe(12)
        try:
            with transaction.atomic():
                users.create_superuser(NAME, password=password)
        except IntegrityError:
            raise CommandError(f"{NAME} exists but is no superuser; run: python manage.py createsuperuser") from None
        self.stdout.write("The first login; this password is shown only now:")
        self.stdout.write(f"  address   http://localhost:{settings.PORT}/admin/")
        self.stdout.write(f"  user      {NAME}")
        self.stdout.write(f"  password  {password}")
