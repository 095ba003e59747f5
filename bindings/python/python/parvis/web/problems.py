"""Errors as HTTP tells them: a status, and problem JSON (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus

import msgspec

from ..errors import ParvisError

#: The status of each code; of what is no call's fault, 500.
STATUS: dict[str, int] = {
    "not_found": 404,
    "forbidden": 403,
    "conflict": 409,
    "invalid": 400,
    "too_large": 413,
    "key_reused": 422,
    "cursor_expired": 410,
    "outcome_unknown": 503,
    "unavailable": 503,
    "schema_too_old": 503,
    "schema_too_new": 503,
    "internal": 500,
}


def problem(error: ParvisError, language: str = "en") -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the answer to a call that failed."""
    status = STATUS.get(error.code, 500)
    headers = {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}
    if error.after_ms is not None:
        headers["Retry-After"] = str(-(-error.after_ms // 1000))
    told = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": error.message(language),
        **error.to_dict(),
    }
    return status, headers, msgspec.json.encode(told)
