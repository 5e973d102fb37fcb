"""Forecasts kept on disk between sessions. Losing the file costs time, never correctness."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sqlite3
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

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


class DiskCache:
    """A table key -> forecast in one SQLite file, shared by several processes.

    A corrupt file is moved aside and recreated. Any other trouble (read-only disk, disk full, locked for long)
    switches the cache off for this process with one warning: nothing here ever raises.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writes = 0
        self._database: sqlite3.Connection | None = None
        self._open(repair=True)

    def get(self, key: str) -> Forecast | None:
        """The forecast stored under ``key``, or None."""
        if self._database is None:
            return None
        try:
            row = self._database.execute("SELECT value FROM forecast WHERE key = ?", (key,)).fetchone()
            return decode(json.loads(row[0])) if row else None
        except (KeyError, TypeError, ValueError):
            return None  # a row of another shape is as good as none
        except sqlite3.Error as error:
            self._trouble(error)
            return None

    def put(self, key: str, forecast: Forecast) -> None:
        """Store a forecast; the oldest rows go once there are too many."""
        if self._database is None:
            return
        try:
            value = json.dumps(asdict(forecast), ensure_ascii=True)
            with self._database:
                self._database.execute(
                    "INSERT OR REPLACE INTO forecast VALUES (?, ?, ?)", (key, value, time.time())
                )
                self._writes += 1
                if self._writes % _PRUNE_EVERY == 0:
                    self._database.execute(
                        "DELETE FROM forecast WHERE key IN "
                        "(SELECT key FROM forecast ORDER BY written DESC LIMIT -1 OFFSET ?)",
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
                    database.execute("DROP TABLE IF EXISTS forecast")
                    database.execute(
                        "CREATE TABLE forecast (key TEXT PRIMARY KEY, value TEXT NOT NULL, written REAL NOT NULL)"
                    )
                    database.execute(f"PRAGMA user_version = {_SCHEMA}")
            database.execute("SELECT count(*) FROM (SELECT 1 FROM forecast LIMIT 1)").fetchone()
        except (sqlite3.Error, OSError) as error:
            if repair and _is_corrupt(error) and self._move_aside():
                self._open(repair=False)
            else:
                self.close()
                _log.warning("no forecast cache (%s: %s)", self.path.name, error)

    def _move_aside(self) -> bool:
        self.close()
        aside = self.path.with_suffix(f".corrupt-{int(time.time())}")
        try:
            self.path.replace(aside)
            for suffix in ("-wal", "-shm"):
                Path(f"{self.path}{suffix}").unlink(missing_ok=True)
        except OSError:
            return False
        _log.warning("the forecast cache was corrupt; it was moved to %s", aside.name)
        return True

    def _trouble(self, error: sqlite3.Error) -> None:
        if _is_corrupt(error) and self._move_aside():
            self._open(repair=False)
        elif "locked" not in str(error):
            self.close()
            _log.warning("the forecast cache is off for this session: %s", error)


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
