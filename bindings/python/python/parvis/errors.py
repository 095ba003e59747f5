"""What calls fail with: one exception for each code, the same codes in every language.

Whoever handles them asks for the class, or for :attr:`ParvisError.retry`; what a person is told is
:meth:`ParvisError.message`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from parvis import _parvis

Retry = Literal["never", "now", "after"]

__all__ = [
    "Conflict",
    "CursorExpired",
    "Forbidden",
    "ForeignSqlite",
    "Internal",
    "Invalid",
    "KeyReused",
    "Misuse",
    "NotFound",
    "OutcomeUnknown",
    "ParvisError",
    "SchemaTooNew",
    "SchemaTooOld",
    "TooLarge",
    "Unavailable",
]


class ParvisError(Exception):
    """A call failed. Always one of the classes below.

    :ivar code: the kind of failure, at most twelve of the library's own, stable across releases
    :ivar reason: what exactly was wrong
    :ivar field: the field of the request that was wrong, where it is one
    :ivar retry: whether the same call may succeed: ``never`` without a change, ``now``, or ``after`` a while
    :ivar after_ms: milliseconds to wait where ``retry`` is ``after``
    """

    code: str = "internal"
    default_reason: ClassVar[str] = "bug"

    def __init__(
        self,
        reason: str | None = None,
        field: str | None = None,
        retry: Retry = "never",
        after_ms: int | None = None,
        text: str | None = None,
    ) -> None:
        self.reason: str = reason or self.default_reason
        self.field = field
        self.retry: Retry = retry
        self.after_ms = after_ms
        self._text = text
        # Not `super()`: an OSError would read an error number out of these.
        Exception.__init__(self, self.reason, field, retry, after_ms, text)

    @property
    def where(self) -> str:
        """The reason, and the field where it is one."""
        return self.reason if self.field is None else f"{self.reason} in `{self.field}`"

    @property
    def hint(self) -> str | None:
        """What the library adds for the engineer: what is accepted, what mends it."""
        return self._text or _TEXTS.get(self.reason)

    def __str__(self) -> str:
        """One line for a log: the reason, the field, and what there is to say."""
        said = self.hint or _parvis.message(self.reason, "en")
        return self.where if said is None else f"{self.where}: {said}"

    def message(self, language: str = "en") -> str:
        """What to tell the person who meets it, in French or English, by a BCP 47 tag."""
        known = _parvis.message(self.reason, language)
        return _parvis.message("corrupt", language) or "" if known is None else known

    def to_dict(self) -> dict[str, str | int | None]:
        """The error as it is on the wire."""
        return {
            "code": self.code,
            "reason": self.reason,
            "field": self.field,
            "retry": self.retry,
            "after_ms": self.after_ms,
        }


class NotFound(ParvisError, LookupError):
    """Absent, or hidden from the one who asks: the two look the same."""

    code = "not_found"
    default_reason = "named"


class Forbidden(ParvisError, PermissionError):
    """Visible, but not allowed."""

    code = "forbidden"
    default_reason = "not_member"


class Conflict(ParvisError):
    """The state is another one than the caller saw."""

    code = "conflict"
    default_reason = "contended"


class Invalid(ParvisError, ValueError):
    """The request is not of the accepted form."""

    code = "invalid"
    default_reason = "bad_value"


class TooLarge(ParvisError, ValueError):
    """The request is larger than allowed."""

    code = "too_large"
    default_reason = "long_list"


class KeyReused(ParvisError):
    """The idempotency key was used for another request."""

    code = "key_reused"
    default_reason = "other_request"


class CursorExpired(ParvisError):
    """The cursor is not one of this reader and query, or its configuration is gone."""

    code = "cursor_expired"
    default_reason = "cursor"


class OutcomeUnknown(ParvisError):
    """The commit may or may not have happened: send the same request with the same idempotency key again."""

    code = "outcome_unknown"
    default_reason = "commit"


class Unavailable(ParvisError):
    """The store cannot be reached, is busy, full or read only."""

    code = "unavailable"
    default_reason = "store"


class SchemaTooOld(ParvisError):
    """The store must be upgraded: ``db.migrate()``."""

    code = "schema_too_old"
    default_reason = "old_schema"


class SchemaTooNew(ParvisError):
    """The library must be upgraded."""

    code = "schema_too_new"
    default_reason = "new_schema"


class Internal(ParvisError):
    """What is stored cannot be understood, or a bug. An exception of a callback of the host is its ``__cause__``."""

    code = "internal"
    default_reason = "bug"


class ForeignSqlite(ParvisError):
    """Another SQLite library of this process works on the file.

    Two copies of SQLite in one process do not see each other's locks, and damage what both write. Give Parvis a
    file of its own.
    """

    code = "foreign_sqlite"
    default_reason = "foreign_sqlite"


class Misuse(ParvisError, RuntimeError):
    """A call that cannot be made here: of a closed database, from a callback, or a waiting one in a running loop."""

    code = "misuse"
    default_reason = "closed"


_TEXTS = {
    "closed": "the database is closed",
    "running_loop": "a call that waits was made inside a running event loop, which would stand still: "
    "open the database with parvis.aio and await its calls (in Django: `await request.parvis.aactor()`)",
    "in_transaction": "commands are moved on after the commit, not within the transaction that holds them",
    "forked": "the file was open when this process was forked: it cannot be used here",
    "callback": "a callback of the host (clock, entropy, storage) raised an exception, or called a database",
    "old_schema": "run db.migrate(), or `python -m parvis migrate URL`",
    "foreign_sqlite": "another SQLite library of this process works on the file: give Parvis a file of its own",
    "bug": "a bug of Parvis, or of something below it",
}

_BY_CODE: dict[str, type[ParvisError]] = {
    kind.code: kind
    for kind in (
        NotFound,
        Forbidden,
        Conflict,
        Invalid,
        TooLarge,
        KeyReused,
        CursorExpired,
        OutcomeUnknown,
        Unavailable,
        SchemaTooOld,
        SchemaTooNew,
        Internal,
        ForeignSqlite,
        Misuse,
    )
}


def from_native(
    code: str, reason: str, field: str | None, retry: Retry, after_ms: int | None, text: str | None
) -> ParvisError:
    """The exception of a failure. The native module calls it."""
    return _BY_CODE.get(code, Internal)(reason, field, retry, after_ms, text)
