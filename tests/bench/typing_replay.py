"""Keys typed into an open file at a steady pace, as an editor sends them."""

from __future__ import annotations

import asyncio
import time

from programs import Burst
from server_process import POLL, SCREEN, cpu
from session import Editor

from pricetag.lsp.analysis import Analysis
from pricetag.syntax import Language
from pricetag.text import Change, Encoding


class Replay:
    """One replay, and what it found; times in seconds."""

    def __init__(self, session: Editor, uri: str, language: str, text: str, interval: float) -> None:
        self._session, self._uri, self._interval = session, uri, interval
        self._language = Language(language)
        self.keys = 0
        self.window = (0.0, 0.0)  # ``time.perf_counter`` at its start and its end
        self.answers: list[float] = []  # a key to the answer of a request sent right after it
        self.forecast_wall: list[float] = []  # the last key of a burst to the forecast of what it made
        self.forecast_cpu: list[float] = []  # of server and worker, in the same time
        self.server_cpu = self.worker_cpu = 0.0  # of all of it
        self.refreshes = 0

    async def type(self, bursts: list[Burst], texts: list[str]) -> None:
        """Type every burst and wait for its forecast. ``texts`` is the file after each."""
        session = self._session
        expected = self._keys_of_queries(bursts, texts)
        server, worker = session.server, session.worker
        used, sent = (cpu(server), cpu(worker)), session.refreshes
        began = time.perf_counter()
        for burst, key in zip(bursts, expected, strict=True):
            await self._ask(burst)  # the editor has scrolled there
            await session.idle()
            await self._type(burst)
            last, spent = time.perf_counter(), cpu(server, worker)
            self.forecast_wall.append(await self._forecast(burst, key) - last)
            self.forecast_cpu.append(cpu(server, worker) - spent)
        self.window = began, time.perf_counter()
        self.server_cpu, self.worker_cpu = cpu(server) - used[0], cpu(worker) - used[1]
        self.refreshes = session.refreshes - sent

    async def _type(self, burst: Burst) -> None:
        due = time.perf_counter()
        for line, character, key in burst.keys:
            await asyncio.sleep(due - time.perf_counter())
            due = max(due + self._interval, time.perf_counter())
            began = time.perf_counter()
            self._session.insert(self._uri, line, character, key)
            await self._session.pull(self._uri)  # VS Code asks for diagnostics after each key
            self.answers.append(time.perf_counter() - began)
            self.keys += 1

    async def _forecast(self, burst: Burst, key: str) -> float:
        """When the forecast was there that belongs to the text as it is now."""
        session = self._session
        while True:
            seen = len(session.statuses)
            await session.until(lambda seen=seen: len(session.statuses) > seen, "a status", POLL)
            if session.statuses[-1]["pending"]:
                continue
            at = time.perf_counter()
            # Nothing is left to forecast; of what text, the hints say.
            if key in await self._ask(burst):
                return at

    async def _ask(self, burst: Burst) -> set[str]:
        """Keys of the queries whose hints are on the screen around a burst."""
        line = burst.header
        hints = await self._session.hints(self._uri, (max(0, line - SCREEN), line + SCREEN))
        return {hint.data["key"] for hint in hints}

    def _keys_of_queries(self, bursts: list[Burst], texts: list[str]) -> list[str]:
        """The key of the query of the function that each burst edits, after it."""
        analysis = Analysis(self._language, Encoding.UTF16)
        keys = []
        for burst, text in zip(bursts, texts, strict=True):
            offset = sum(len(line) + 1 for line in text.split("\n")[: burst.header])
            functions = analysis.update([Change(None, text)])
            [key] = [subject.key for function, subject in functions if function.start == offset]
            keys.append(key)
        return keys


async def idle_cpu(session: Editor, seconds: float) -> float:
    """CPU seconds of server and worker while nobody types."""
    await session.idle()
    await asyncio.sleep(2.0)  # what still settles
    used = cpu(session.server, session.worker)
    await asyncio.sleep(seconds)
    return cpu(session.server, session.worker) - used
