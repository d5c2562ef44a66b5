#!/usr/bin/env python
"""Django's command line for the gateway: `python manage.py help` lists what there is."""

import gc
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gateway.settings")
    gc.disable()  # nothing that is being loaded is garbage: a seventh of every start; GatewayConfig enables it
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Configuration error: {error}")
    except OperationalError as error:
        reason = str(error).strip().partition("\n")[0]
        sys.exit(f"The database does not work ({reason}): start it, or correct DATABASE_URL")


if __name__ == "__main__":
    main()
