"""The sync face: a call waits for its answer, with the interpreter lock let go."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike, fspath
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from . import _open, _parvis
from ._facade import Groups
from ._open import Clock, Entropy, Storage
from ._wire import Record, decode
from .folder import FolderReport
from .later import Later
from .types import CommandState, Due, RefLike, RefusedPage, Status

if TYPE_CHECKING:
    from . import _db_aio


class Prepared(Record, frozen=True, kw_only=True):
    """The numbers of a store's schema."""

    adds: int
    """Additions, now."""
    breaks: int
    """Breaks, now."""
    changed: bool
    """Whether something was added."""


class Actor(Groups):
    """The one who acts in one network, with the operations in groups. Making one costs no call.

    A person who is unknown, or not active, is told so by the first operation.
    """

    __slots__ = ("_name", "_native", "network")

    def __init__(self, native: _parvis.Actor, network: str, name: str) -> None:
        self._native = native
        self._name = name
        self.network: str = network
        """The network, by the host's name for it."""

    def __repr__(self) -> str:
        return f"<parvis.{type(self).__name__} {self._name} in {self.network!r}>"

    def call(self, name: str, request: bytes, /) -> bytes:
        """Runs an operation by its name, from JSON to JSON: the same bytes as in every language.

        >>> import parvis
        >>> me = parvis.open("memory:").system("acme", "hr")
        >>> me.call("people.put", b'{"external":{"id":"1"},"name":"Ana"}')[:7]
        b'{"id":"'
        """
        return self._native.call(name, request)

    def row(self, name: str, request: bytes, /, *, percent: bool = False) -> tuple[str, str, list[int | str]]:
        """A command as one row for a transaction of the host: its id, the statement that inserts it and its parameters.

        Args:
            name: The command, `items.create` for example.
            request: Its request as JSON.
            percent: Parameters are written `%s`, as psycopg and PyMySQL take them.
        """
        return self._native.later(name, request, percent)

    def kept_row(self, name: str, request: bytes, /) -> tuple[str, str]:
        """A command for a host whose tables lie in another database: its id, and the text for :meth:`Db.take`.

        The host keeps the text in a table of its own, in its own transaction, and hands it over afterwards.
        """
        return self._native.later_row(name, request)

    @property
    def aio(self) -> _db_aio.Actor:
        """The same one for asyncio, on the same open database: for the few coroutines of a host of threads.

        >>> import asyncio, parvis
        >>> hr = parvis.open("memory:").system("acme", "hr")
        >>> asyncio.run(hr.aio.people.put(parvis.external(1), "Ana")).position is not None
        True
        """
        from . import _db_aio

        return _db_aio.Actor(self._native, self.network, self._name)

    @property
    def engine(self) -> str:
        """The engine: `memory`, `sqlite`, `sled`, `postgresql`, `mysql`; `python` for a storage of the host's."""
        return self._native.engine

    def later(self, connection: Any, *, own_table: bool | None = None) -> Later:
        """Commands as rows in the transaction that is open on a connection of the host: see :mod:`parvis.later`.

        Args:
            connection: Of sqlite3, psycopg, PyMySQL, mysqlclient, SQLAlchemy or Django.
            own_table: Whether they go into a table of the host's own; where its connection reaches Parvis's, they go
                there unless said otherwise.
        """
        return Later(self, connection, own_table=own_table)


class System(Actor):
    """The host's own system, acting under the name of one of its apps: imports, puts people, explains."""

    __slots__ = ()

    @property
    def aio(self) -> _db_aio.System:
        """The same system for asyncio, on the same open database."""
        from . import _db_aio

        return _db_aio.System(self._native, self.network, self._name)

    def import_folder(self, path: str | PathLike[str], *, at_most: int | None = None) -> FolderReport:
        """Imports an organisation from a folder of CSV and JSON Lines files; running it again changes what changed.

        Args:
            path: The folder: `docs/import-format.md` says what stands in it.
            at_most: Who is missing in its file of people is deactivated, unless more than so many percent are missing.

        Raises:
            Invalid: where the import cannot begin.
        """
        return decode(self._native.import_folder(fspath(path), at_most), FolderReport)


class Db:
    """A database of the host. It is opened at the first call, in each process anew; any number of threads may share it.

    >>> import parvis
    >>> with parvis.open("memory:") as db:
    ...     db.run_due().done
    0
    """

    __slots__ = ("__weakref__", "_native", "_url")

    def __init__(self, native: _parvis.Db, url: str) -> None:
        self._native = native
        self._url = url

    def __repr__(self) -> str:
        # A URL may hold a password.
        return f"<parvis.Db {self._url.partition(':')[0]}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def act_as(self, network: str, person: RefLike) -> Actor:
        """The one who acts: a person, named by Parvis's id or the host's own.

        Args:
            network: The tenant, by the host's name for it.
            person: An id, or `external(..)`.
        """
        return Actor(self._native.actor(network, _open.who(person)), network, repr(person))

    def system(self, network: str, app: str) -> System:
        """The host's own system, under the name of one of its apps, which stands in the audit log."""
        return System(self._native.system(network, app), network, app)

    def ready(self) -> None:
        """Opens the database now, where it is not open yet: for a host that would rather know at its start."""
        self._native.ready()

    def run_due(self, steps: int = 100) -> Due:
        """Carries out what is due in all networks, at most so many batches: what a worker calls again and again.

        Any number of processes may call it at the same time. Where nothing is due it costs one read.
        """
        return decode(self._native.run_due(_open.steps(steps)), Due)

    def status(self, network: str) -> Status:
        """How far the work behind the commands of one network is: what an operator watches."""
        return decode(self._native.status(network), Status)

    def refused(self, network: str, *, cursor: str | None = None, limit: int | None = None) -> RefusedPage:
        """The commands of one network that were handed over and refused for good, the oldest first.

        They are kept for at least 30 days, or until :meth:`forget`.
        """
        page = decode(self._native.refused(_open.refused(network, cursor, limit)), RefusedPage)
        vars(page)["_next"] = lambda cursor: self.refused(network, cursor=cursor, limit=limit)
        return page

    def command_state(self, id: str) -> CommandState:
        """What became of a command that was handed over, by its id."""
        state: CommandState = decode(self._native.command_state(id), CommandState)  # type: ignore[arg-type]
        return state

    def forget(self, id: str) -> None:
        """Forgets a command that was refused, or withdraws one that was not carried out yet."""
        self._native.forget(id)

    def take(self, rows: Sequence[str]) -> None:
        """Takes commands over that the host kept in another database: the texts of :meth:`Actor.kept_row`.

        They last when this returns: the host then deletes its own rows. Taken twice, a command with an idempotency key
        happens once, and each one that has a field for it has such a key.
        """
        self._native.take(list(rows))

    @property
    def engine(self) -> str:
        """The engine: `memory`, `sqlite`, `sled`, `postgresql`, `mysql`; `python` for a storage of the host's."""
        return self._native.engine

    def check(self) -> Prepared:
        """Compares the store with this release.

        Raises:
            SchemaTooOld: where :meth:`migrate` has something to do.
            SchemaTooNew: where a newer release wrote it.
        """
        return decode(self._native.check(), Prepared)

    def migrate(self) -> Prepared:
        """Makes the store fit this release; repeating it is harmless."""
        return decode(self._native.migrate(), Prepared)

    def ddl(self) -> str:
        """The statements that make the tables in an empty database, for those who read before they run.

        Empty for stores that are no server.
        """
        return self._native.ddl()

    def close(self) -> None:
        """Waits for what is under way and closes the database. Calls from then on are refused."""
        self._native.close()


def open(
    url: str,
    *,
    secret: bytes | str | None = None,
    inline: bool = False,
    zone: str | None = None,
    clock: Clock | None = None,
    entropy: Entropy | None = None,
    storage: Storage | None = None,
    schema: str | None = None,
    prefix: str | None = None,
    replica: str | None = None,
    replica_wait: float | None = None,
    readers: int | None = None,
    writers: int | None = None,
    busy_timeout: float | None = None,
    call_timeout: float | None = None,
    acquire_timeout: float | None = None,
) -> Db:
    """A database by its URL. Nothing is opened before the first call: no thread, no socket, no file.

    A forked process opens it for itself; a store in memory is empty there.

    Args:
        url: `sqlite://parvis.db` (`sqlite:///srv/parvis.db` is absolute), `postgresql://user:password@host/database`,
            `mysql://user:password@host/database`, `sled://folder`, or `memory:`.
        secret: 32 bytes, or as many in hexadecimal, that seal cursors and tokens; all processes of a store
            share it. Without one the first use draws one and keeps it in the store.
        inline: Commands do at once what is due behind them, instead of a worker that calls :meth:`Db.run_due`.
        zone: The time zone (IANA name) of persons who named none.
        clock: Another clock, for tests.
        entropy: Another source of randomness, for tests.
        storage: A store of the host's own in the place of the URL's, for tests.
        schema: PostgreSQL: the schema of the tables.
        prefix: Servers: what the names of tables begin with.
        replica: PostgreSQL: the URL of a streaming replica.
        replica_wait: How long a replica is waited for, in seconds; 0.1 unless said otherwise.
        readers: How many reads run at the same time.
        writers: Servers: of how many networks batches are written at the same time.
        busy_timeout: How long a commit waits for another one, in seconds.
        call_timeout: Servers: how long a call may take in all, in seconds.
        acquire_timeout: Servers: how long a call waits for a free connection, in seconds.

    Raises:
        Invalid: for a URL or an option that cannot be read.
    """
    native = _open.native(
        url,
        secret=secret,
        inline=inline,
        zone=zone,
        clock=clock,
        entropy=entropy,
        storage=storage,
        schema=schema,
        prefix=prefix,
        replica=replica,
        replica_wait=replica_wait,
        readers=readers,
        writers=writers,
        busy_timeout=busy_timeout,
        call_timeout=call_timeout,
        acquire_timeout=acquire_timeout,
    )
    return Db(native, url)
