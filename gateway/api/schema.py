"""The finish of the OpenAPI document."""

from typing import Any

TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
ERROR = {"type": "object", "properties": {"attr": {**TEXT, "nullable": True}, "code": TEXT, "detail": TEXT}}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457. Commands add commandId, state, reason, ocppErrorCode and ocppErrorDescription.",
    "properties": {
        "type": TEXT, "title": TEXT, "status": NUMBER, "detail": TEXT, "code": TEXT,
        "errors": {"type": "array", "items": ERROR}, "instance": TEXT, "requestId": TEXT,
    },
    "required": ["type", "title", "status", "detail", "code", "errors", "instance", "requestId"],
    "additionalProperties": True,
}  # fmt: skip
ANY_PROBLEM = {
    "description": "A problem: what is wrong, and with which member or parameter.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def finish(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Each path once, without the slash that is optional; every operation may end in a problem document."""
    result["paths"] = {path.rstrip("/"): item for path, item in result["paths"].items()}
    for item in result["paths"].values():
        for operation in item.values():
            operation["responses"]["default"] = ANY_PROBLEM
    result["components"]["schemas"]["Problem"] = PROBLEM
    return result
