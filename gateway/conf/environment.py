"""Reading settings: what is wrong is said in one line that names the variable."""

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured


class Environment(environ.Env):
    """django-environ, with a sentence where it would raise ValueError."""

    def get_value(self, var: str, cast: Any = None, **options: Any) -> Any:
        try:
            return super().get_value(var, cast=cast, **options)
        except ValueError:
            kind = {int: "a whole number", float: "a number", bool: "0 or 1"}.get(cast, "of the right form")
            raise ImproperlyConfigured(f"{var} is {self.ENVIRON.get(var)!r}, which is not {kind}.") from None

    def inner_path(self, var: str, default: str) -> str:
        """The path of a URL without the slashes around it."""
        return str(self.str(var, default)).strip("/")

    def mail_server(self, var: str) -> dict[str, Any]:
        """Django's EMAIL_ settings from a URL; empty: none."""
        url = self.str(var, "") or "smtp://"
        try:
            return dict(self.email_url_config(url))
        except Exception:  # noqa: BLE001 - whatever the parser makes of a broken URL
            raise ImproperlyConfigured(
                f"{var} is no mail server's URL; use e.g. smtp+tls://user:password@mail.example.com:587"
            ) from None

    def zone(self, var: str, default: str) -> str:
        """The name of a time zone."""
        name = self.str(var, default)
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ImproperlyConfigured(f"{var} is {name!r}, which is no time zone; use e.g. Europe/Berlin") from None
        return str(name)
