"""Every refusal of the API is written here, as application/problem+json (RFC 9457)."""

import json
import logging
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

from rfid.api.kit import Problem

logger = logging.getLogger("gateway.api")
OUR_FAULT = "The gateway failed to answer. Its log has the reason under this requestId."


def problem_handler(exc: Exception, context: dict[str, Any]) -> HttpResponse:
    """DRF's EXCEPTION_HANDLER. What is not an APIException is our fault: 500 without details, traceback in the log."""
    request, request_id = context["request"], uuid4().hex
    error = as_api_exception(exc)
    if error is None:
        logger.error("%s %s failed, requestId %s", request.method, request.path, request_id, exc_info=exc)
        error = exceptions.APIException(OUR_FAULT, "internal_error")
    set_rollback()
    body = document(error, request.path, request_id)
    if getattr(getattr(request, "accepted_renderer", None), "format", "") == "api":
        return Response(body, status=error.status_code, headers=headers(error, request_id))
    return as_json(body, headers(error, request_id))


def plain_problem(request: HttpRequest, status: int, code: str, detail: str) -> HttpResponse:
    """A problem document outside DRF."""
    error = exceptions.APIException(detail, code)
    error.status_code = status
    request_id = uuid4().hex
    return as_json(document(error, request.path, request_id), headers(error, request_id))


def as_api_exception(exc: Exception) -> exceptions.APIException | None:
    if isinstance(exc, exceptions.APIException):
        return exc
    if isinstance(exc, Http404):
        text = str(exc.args[0]) if exc.args and isinstance(exc.args[0], str) else None
        return exceptions.NotFound(text)
    if isinstance(exc, OperationalError | InterfaceError):
        return Problem(
            503, "database_unavailable", "The database is not usable; try again.", headers={"Retry-After": "5"}
        )
    return exceptions.PermissionDenied() if isinstance(exc, DjangoPermissionDenied) else None


def document(error: exceptions.APIException, path: str, request_id: str) -> dict[str, Any]:
    errors = list(getattr(error, "errors", []))
    if isinstance(error.detail, str):
        detail, code = str(error.detail), error.detail.code
    else:
        errors += field_errors(error.detail)
        detail, code = "; ".join(sentence(one) for one in errors), "invalid"
    return {
        "type": "about:blank",
        "title": HTTPStatus(error.status_code).phrase,
        "status": error.status_code,
        "detail": detail,
        "code": code,
        "errors": errors,
        "instance": path,
        "requestId": request_id,
        **getattr(error, "extra", {}),
    }


def field_errors(detail: Any, attr: str = "") -> Iterator[dict[str, Any]]:
    """A tree of DRF's details, flattened; `attr` is the member's path (`key.0`), null where it is the whole body."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            own = "" if name == api_settings.NON_FIELD_ERRORS_KEY else str(name)
            yield from field_errors(inner, f"{attr}.{own}".strip("."))
    elif isinstance(detail, list):
        for inner in detail:
            yield from field_errors(inner, attr)
    else:
        yield {"attr": attr or None, "code": getattr(detail, "code", "invalid"), "detail": str(detail)}


def sentence(error: dict[str, Any]) -> str:
    return f"{error['attr']}: {error['detail']}" if error["attr"] else error["detail"]


def headers(error: exceptions.APIException, request_id: str) -> dict[str, str]:
    found = {"X-Request-Id": request_id, **getattr(error, "headers", {})}
    if getattr(error, "auth_header", None):
        found["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        found["Retry-After"] = str(int(error.wait))  # type: ignore[attr-defined]
    return found


def as_json(body: dict[str, Any], extra: dict[str, str]) -> HttpResponse:
    text = json.dumps(body)  # ASCII: a lone surrogate in a member's name cannot break it
    return HttpResponse(text, status=body["status"], headers=extra, content_type="application/problem+json")
