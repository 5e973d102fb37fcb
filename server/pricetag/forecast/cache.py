"""What is kept on disk between sessions. Losing a file costs time, never correctness."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sqlite3
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

import platformdirs

from pricetag.forecast.estimate import Estimate, Forecast

_log = logging.getLogger(__name__)
_SCHEMA = 1
_MAXIMUM_ROWS = 50_000  # about 50 MB
_PRUNE_EVERY = 1_000


def default_path() -> Path:
    """Where the cache lies: ``$PRICETAG_CACHE`` or the user's cache folder."""
    if configured := os.environ.get("PRICETAG_CACHE"):
        return Path(configured)
    return Path(platformdirs.user_cache_dir("pricetag")) / "forecasts.sqlite3"


class Rows:
    """A table key -> JSON in one SQLite file, shared by several processes.

    A corrupt file is moved aside and recreated. Any other trouble (read-only disk, disk full, locked for long)
    switches the cache off for this process with one warning: nothing here ever raises.
    """

    kind: ClassVar[str]  # of what is kept: the table's name, in messages too

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writes = 0
        self._database: sqlite3.Connection | None = None
        self._open(repair=True)

    def read(self, key: str) -> Any:
        """The JSON stored under ``key``, or None."""
        found = self._select("SELECT key, value FROM {} WHERE key = ?", (key,))
        return found.get(key)

    def read_newest(self, count: int) -> dict[str, Any]:
        """The JSON of the rows written last, by key."""
        return self._select("SELECT key, value FROM {} ORDER BY written DESC LIMIT ?", (count,))

    def _select(self, query: str, parameters: tuple[object, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self._database is None:
            return found
        try:
            for key, value in self._database.execute(query.format(self.kind), parameters):
                with contextlib.suppress(TypeError, ValueError):  # a row of another shape is as good as none
                    found[key] = json.loads(value)
        except sqlite3.Error as error:
            self._trouble(error)
        return found

    def write(self, key: str, value: dict[str, Any]) -> None:
        """Store JSON; the oldest rows go once there are too many."""
        if self._database is None:
            return
        try:
            text = json.dumps(value, ensure_ascii=True)
            with self._database:
                self._database.execute(
                    f"INSERT OR REPLACE INTO {self.kind} VALUES (?, ?, ?)", (key, text, time.time())
                )
                self._writes += 1
                if self._writes % _PRUNE_EVERY == 0:
                    self._database.execute(
                        f"DELETE FROM {self.kind} WHERE key IN "
                        f"(SELECT key FROM {self.kind} ORDER BY written DESC LIMIT -1 OFFSET ?)",
                        (_MAXIMUM_ROWS,),
                    )
        except sqlite3.Error as error:
            self._trouble(error)

    def close(self) -> None:
        """Close the file; the cache is empty from then on."""
        if self._database is not None:
            with contextlib.suppress(sqlite3.Error):
                self._database.close()
            self._database = None

    def _open(self, repair: bool) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            database = sqlite3.connect(self.path, timeout=1.0, check_same_thread=False)
            self._database = database
            # WAL lets two editors write at once; NORMAL may lose the last rows on power loss, which is fine here.
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            if database.execute("PRAGMA user_version").fetchone()[0] != _SCHEMA:
                with database:
                    database.execute(f"DROP TABLE IF EXISTS {self.kind}")
                    database.execute(
                        f"CREATE TABLE {self.kind} "
                        "(key TEXT PRIMARY KEY, value TEXT NOT NULL, written REAL NOT NULL)"
                    )
                    database.execute(f"PRAGMA user_version = {_SCHEMA}")
            database.execute(f"SELECT count(*) FROM (SELECT 1 FROM {self.kind} LIMIT 1)").fetchone()
        except (sqlite3.Error, OSError) as error:
            if repair and _is_corrupt(error) and self._move_aside():
                self._open(repair=False)
            else:
                self.close()
                _log.warning("no %s cache (%s: %s)", self.kind, self.path.name, error)

    def _move_aside(self) -> bool:
        self.close()
        aside = self.path.with_suffix(f".corrupt-{int(time.time())}")
        try:
            self.path.replace(aside)
            for suffix in ("-wal", "-shm"):
                Path(f"{self.path}{suffix}").unlink(missing_ok=True)
        except OSError:
            return False
        _log.warning("the %s cache was corrupt; it was moved to %s", self.kind, aside.name)
        return True

    def _trouble(self, error: sqlite3.Error) -> None:
        if _is_corrupt(error) and self._move_aside():
            self._open(repair=False)
        elif "locked" not in str(error):
            self.close()
            _log.warning("the %s cache is off for this session: %s", self.kind, error)


class DiskCache(Rows):
    """Forecasts, by key."""

    kind = "forecast"

    def get(self, key: str) -> Forecast | None:
        """The forecast stored under ``key``, or None."""
        try:
            return decode(raw) if (raw := self.read(key)) else None
        except (KeyError, TypeError, ValueError):
            return None  # a row of another shape is as good as none

    def put(self, key: str, forecast: Forecast) -> None:
        """Store a forecast."""
        self.write(key, asdict(forecast))


def decode(raw: dict[str, Any]) -> Forecast:
    """A forecast from ``dataclasses.asdict`` output that went through JSON. Raises ``KeyError``/``TypeError``."""
    return Forecast(
        key=raw["key"],
        assumes=raw["assumes"],
        memory=tuple(Estimate(**estimate) for estimate in raw["memory"]),
        runtime=tuple(Estimate(**estimate) for estimate in raw["runtime"]),
        memory_growth=raw["memory_growth"],
        runtime_growth=raw["runtime_growth"],
        abstained=raw["abstained"],
        memory_limit=raw.get("memory_limit"),
        runtime_limit=raw.get("runtime_limit"),
    )


def _is_corrupt(error: Exception) -> bool:
    # OperationalError (locked, read-only, full) is a DatabaseError too; only the plain class means a broken file.
    return type(error) is sqlite3.DatabaseError
