"""Opens the SQLite file behind a project and turns SQLite's errors into ours. The only importer of sqlite3.

One connection per thread; writers queue at SQLite's own lock. WAL with synchronous NORMAL: a crash of the program loses nothing; a power
cut may lose the last moments of the journal, which the engine makes good by looking at the destination before it sends anything again.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mailsafi_wizard import errors
from mailsafi_wizard.store.lock import ProjectLock
from mailsafi_wizard.store.schema import APPLICATION_ID, MIGRATIONS, VERSION
from mailsafi_wizard.words import N_

Row = tuple[Any, ...]
BUSY_SECONDS = 60.0


class Database:
    """The open file. All methods may be called from any thread; raises ProjectError and its kinds."""

    def __init__(self, path: Path, create: bool) -> None:
        self.path = path
        self._threads = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self.closed = False
        _check_place(path, create)
        self._lock = ProjectLock(path)
        try:
            with self._told():
                self._prepare(create)
        except BaseException:
            self.close()
            raise

    def _prepare(self, create: bool) -> None:
        if create:
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        elif self.path.stat().st_size:  # an empty file is one whose creation was cut off: it is made now
            self._check_file()
        db = self.connection()
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if not create and db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise errors.DamagedProject(path=self.path)
        for number in range(version, VERSION):
            script = MIGRATIONS[number]
            db.executescript(
                f"BEGIN IMMEDIATE;{script};PRAGMA user_version = {number + 1};PRAGMA application_id = {APPLICATION_ID};COMMIT;"
            )
        if version < VERSION:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the head of the file itself must tell what it is

    def _check_file(self) -> None:
        """Reads the head of the file before SQLite may touch it: a foreign or newer file must stay as it is."""
        with self.path.open("rb") as f:
            head = f.read(100)
        if head[:16] != b"SQLite format 3\0":
            raise errors.NotAProject(path=self.path)
        if len(head) < 100:
            raise errors.DamagedProject(path=self.path)
        if int.from_bytes(head[68:72], "big") != APPLICATION_ID:
            raise errors.NotAProject(path=self.path)
        if int.from_bytes(head[60:64], "big") > VERSION:
            raise errors.NewerProject(path=self.path)

    def connection(self) -> sqlite3.Connection:
        """This thread's own connection, in autocommit; transactions are explicit."""
        db: sqlite3.Connection | None = getattr(self._threads, "db", None)
        if db is None:
            if self.closed:
                raise errors.ProjectError(N_("it was closed"), path=self.path)
            db = sqlite3.connect(
                self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
            )
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA trusted_schema = OFF")
            self._threads.db = db
            with self._guard:
                self._all.append(db)
        return db

    def release_thread(self) -> None:
        """Closes this thread's connection; a thread that ends calls it."""
        db: sqlite3.Connection | None = getattr(self._threads, "db", None)
        if db is not None:
            self._threads.db = None
            with self._guard:
                if db in self._all:
                    self._all.remove(db)
            db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction: all of it or nothing."""
        with self._told():
            db = self.connection()
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    def rows(self, sql: str, *values: object) -> list[Row]:
        with self._told():
            return self.connection().execute(sql, values).fetchall()

    def each(self, sql: str, *values: object) -> Iterator[Row]:
        """Rows one by one, for what is too long to hold."""
        with self._told():
            yield from self.connection().execute(sql, values)

    def write(self, sql: str, *values: object) -> int:
        """One statement in its own transaction; returns the last row's id."""
        with self.transaction() as db:
            return db.execute(sql, values).lastrowid or 0

    def write_if_free(self, sql: str, *values: object) -> bool:
        """One statement in its own transaction; False, and nothing is changed, where another thread is writing just now."""
        with self._told():
            db = self.connection()
            db.execute("PRAGMA busy_timeout = 0")
            try:
                db.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as e:
                if e.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise
                return False
            finally:
                db.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
            try:
                db.execute(sql, values)
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
            return True

    def write_many(self, sql: str, rows: Iterable[Row]) -> None:
        with self.transaction() as db:
            db.executemany(sql, rows)

    def close(self) -> None:
        """Closes all connections (the last one folds the WAL into the file) and gives the lock back. Safe to call twice."""
        self.closed = True
        with self._guard:
            connections, self._all = self._all, []
        for db in connections:
            with contextlib.suppress(sqlite3.Error):
                db.close()
        if hasattr(self, "_lock"):
            self._lock.release()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as e:
            raise _project_error(self.path, e) from e


def _check_place(path: Path, create: bool) -> None:
    if create and path.exists():
        raise errors.ProjectError(N_("a file of this name is there already"), path=path)
    if not create and not path.is_file():
        raise errors.ProjectMissing(path=path)
    if create and not path.parent.is_dir():
        raise errors.ProjectReadOnly(f"there is no folder {path.parent}", path=path)
    if not os.access(path if path.exists() else path.parent, os.W_OK) or not os.access(path.parent, os.W_OK):
        raise errors.ProjectReadOnly(path=path)


def _project_error(path: Path, cause: sqlite3.Error | OSError) -> errors.ProjectError:
    text = str(cause)
    low = text.lower()
    if getattr(cause, "errno", None) == 28 or "full" in low:
        return errors.DiskFull(text, path=path)
    if "readonly" in low or "unable to open" in low or isinstance(cause, PermissionError):
        return errors.ProjectReadOnly(text, path=path)
    if "not a database" in low or "malformed" in low or "corrupt" in low:
        return errors.DamagedProject(text, path=path)
    if "locked" in low or "busy" in low:
        return errors.ProjectInUse(text, path=path)
    return errors.ProjectError(text, path=path)
