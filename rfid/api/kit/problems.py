"""A refusal with a code of its own, for the one place that writes problem documents (gateway.api.problems)."""

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import APIException


class Problem(APIException):
    """`errors` are {attr, code, detail} of single members; `extra` are further members of the document."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: list[dict[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail, code)
        self.status_code = status
        self.errors = errors or []
        self.headers = dict(headers or {})
        self.extra = extra
