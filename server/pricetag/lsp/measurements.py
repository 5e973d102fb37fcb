"""What was measured of functions, remembered."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace

from pricetag.forecast import Subject
from pricetag.forecast.adjustment_files import AdjustmentError, load_machine, machine_path
from pricetag.forecast.measurement import Measurement, MeasurementCache, measurement_key, measurements_path
from pricetag.measure.machine import machine

_REMEMBERED = 5_000  # measurements in memory, about 0.5 kB each


class Measurements:
    """What was measured, by function text and n, as long as anyone has that text; kept on disk between sessions."""

    def __init__(self) -> None:
        self._known: dict[str, Measurement] = {}  # runtimes in seconds of the reference machine
        self._speeds: dict[str, float] = {}
        self._cache: MeasurementCache | None = None
        self._machine = ""

    def load(self) -> None:
        """In a thread: read what earlier sessions measured, and how fast this machine is."""
        self._machine = machine()
        self._cache = self._cache or MeasurementCache(measurements_path())
        self._known = self._cache.newest(_REMEMBERED) | self._known
        with contextlib.suppress(AdjustmentError):  # the worker says what is wrong with the file
            self._speeds = dict(load_machine(machine_path()).speeds)

    def get(self, subject: Subject, n: int) -> Measurement | None:
        """What was measured of a function, its runtime in seconds of the machine that forecasts are for."""
        if not self._known:
            return None
        found = self._known.get(measurement_key(subject.key, n, self._machine))
        speed = self._speeds.get(subject.query.language, 1.0)
        if found is None or found.runtime is None or speed == 1.0:
            return found
        return replace(found, runtime=found.runtime * speed)

    async def put(self, subject: Subject, measurement: Measurement) -> None:
        """Remember a measurement."""
        key = measurement_key(subject.key, measurement.n, self._machine)
        self._known[key] = measurement
        if self._cache is not None:
            await asyncio.to_thread(self._cache.put, key, measurement)
