"""``pricetag.calibrateMachine``: how fast this machine is, for forecasts of runtimes in its own seconds."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from pricetag.lsp.heaviest import Heaviest
from pricetag.lsp.progress import WorkProgress

if TYPE_CHECKING:
    from pricetag.lsp.session import PricetagServer

CALIBRATE = "pricetag.calibrateMachine"
_HOME = Path(__file__).resolve().parents[2]  # the folder that holds the package


async def calibrate(server: PricetagServer) -> dict[str, Any]:
    """Run ``pricetag calibrate`` and forecast anew. Runs nothing of the user's.

    Answers ``outcome`` (calibrated, failed, cancelled) and a ``message``, which the user has seen unless it is empty.
    """
    async with server.measuring.turn:
        return await _calibrate(server)


async def _calibrate(server: PricetagServer) -> dict[str, Any]:
    work = asyncio.ensure_future(_run())
    progress = WorkProgress(server, "Measuring this machine", None, work.cancel, counted=False)
    try:
        status, told, complaints = await work
    except asyncio.CancelledError:
        if not progress.cancelled:
            work.cancel()
            raise
        return {"outcome": "cancelled", "message": ""}
    finally:
        progress.end()
    if status != 0:
        reason = (complaints or ["no reason given"])[-1]
        return _say(server, types.MessageType.Warning, "failed", f"This machine is not calibrated: {reason}")
    await asyncio.to_thread(server.measuring.known.load)
    server.heaviest = Heaviest(server)  # what it knows are forecasts of before
    await server.serve_model(anew=True)
    return _say(server, types.MessageType.Info, "calibrated", "; ".join(told))


def _say(server: PricetagServer, kind: types.MessageType, outcome: str, message: str) -> dict[str, Any]:
    server.window_show_message(types.ShowMessageParams(kind, message))
    return {"outcome": outcome, "message": message}


async def _run() -> tuple[int, list[str], list[str]]:
    """The command's exit status and the lines that it printed, well and not."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pricetag", "calibrate",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        cwd=_HOME,  # never the user's workspace: ``-m`` puts it first on the import path
    )  # fmt: skip
    try:
        told, complaints = await process.communicate()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise
    return process.returncode or 0, _lines(told), _lines(complaints)


def _lines(raw: bytes) -> list[str]:
    return [line for line in raw.decode("utf-8", "replace").splitlines() if line.strip()]
