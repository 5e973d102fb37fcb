"""The supervisor against real worker processes."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from pricetag.forecast import Forecast, Query
from pricetag.forecast.adjustment import Correction
from pricetag.forecast.adjustment_files import (
    Evidence,
    Machine,
    Project,
    machine_path,
    project_path,
    save_machine,
    save_project,
)
from pricetag.worker import State, Supervisor, Token, WorkerLost, worker_command

QUERIES = [Query("python", "xs: list[int] of n", f"def f{i}(xs):\n\treturn sorted(xs)\n") for i in range(30)]


@asynccontextmanager
async def running(command: list[str]) -> AsyncIterator[tuple[Supervisor, list[State]]]:
    states: list[State] = []
    supervisor = Supervisor(command, states.append)
    await supervisor.start()
    try:
        yield supervisor, states
    finally:
        await supervisor.stop()


async def gone(pid: int) -> bool:
    for _ in range(1000):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        await asyncio.sleep(0.02)
    return False


async def test_a_batch(random_model: Path) -> None:
    async with running(worker_command(random_model)) as (supervisor, states):
        assert supervisor.state is State.STARTING
        arrived: list[Forecast] = []
        answers = await supervisor.forecast(QUERIES[:5], [100, 2_000], on_forecast=arrived.append)
        assert [answer.key for answer in answers] == [query.key for query in QUERIES[:5]]
        assert answers == arrived
        assert all([e.n for e in answer.memory] == [100, 2_000] for answer in answers)
        assert supervisor.info is not None and supervisor.info.sizes == (10, 100, 1_000, 10_000, 100_000)
        assert await supervisor.forecast([]) == []
        pid = supervisor.pid
        assert pid is not None
    assert states == [State.STARTING, State.READY, State.STOPPED]
    assert await gone(pid)


async def test_the_machines_and_the_projects_calibration_apply(
    random_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(worker_command(random_model)) as (supervisor, _):
        (plain,) = await supervisor.forecast(QUERIES[:1], [100])
        assert supervisor.info is not None
        model = supervisor.info.id
    monkeypatch.setenv("PRICETAG_CONFIG", str(tmp_path / "config"))
    save_machine(Machine({"python": 2.0}), machine_path())
    key = ("python", "memory")
    save_project(
        Project(model, {key: Correction(shift=1.0)}, {key: Evidence(9, 9, 1.0, 0.5)}), project_path(tmp_path)
    )
    command = worker_command(random_model, project=tmp_path)
    async with running(command) as (supervisor, _):
        (adjusted,) = await supervisor.forecast(QUERIES[:1], [100])
    assert adjusted.memory[0].median == pytest.approx(10 * plain.memory[0].median)
    assert adjusted.runtime[0].median == pytest.approx(2 * plain.runtime[0].median)
    assert adjusted.memory_limit is not None and plain.memory_limit is None
    project_path(tmp_path).write_text("{")
    machine_path().write_text("[]")
    async with running(command) as (supervisor, _):
        assert await supervisor.forecast(QUERIES[:1], [100]) == [plain]


async def test_batches_wait_for_each_other(random_model: Path) -> None:
    async with running(worker_command(random_model)) as (supervisor, _):
        order: list[str] = []
        await asyncio.gather(
            *(
                supervisor.forecast(QUERIES[i : i + 5], on_forecast=lambda f: order.append(f.key))
                for i in (0, 5, 10)
            )
        )
        assert order == [query.key for query in QUERIES[:15]]


async def test_text_of_every_kind_crosses_the_pipe(random_model: Path) -> None:
    odd = ["", "\n\r\0\f\u2028", "é😀" * 20, "\ud800", '"\\', "x" * 300_000]
    queries = [Query("python", "", text, (text,)) for text in odd]
    async with running(worker_command(random_model)) as (supervisor, states):
        answers = await supervisor.forecast(queries)
        assert [answer.key for answer in answers] == [query.key for query in queries]
        assert answers[-1].abstained.startswith("too long")
        assert all(not answer.abstained for answer in answers[:-1])
    assert State.RESTARTING not in states


async def test_cancelling_stops_between_two_functions(random_model: Path) -> None:
    async with running(worker_command(random_model)) as (supervisor, states):
        token, count = Token(), 0

        def stop_at_third(_: Forecast) -> None:
            nonlocal count
            count += 1
            if count == 3:
                token.cancel()

        many = [Query("python", "", f"def f{i}(xs):\n\treturn sorted(xs)\n" * 10) for i in range(300)]
        answers = await supervisor.forecast(many, token=token, on_forecast=stop_at_third)
        assert 3 <= len(answers) < 300
        assert len(await supervisor.forecast(QUERIES[:2])) == 2
        already = Token()
        already.cancel()
        assert await supervisor.forecast(QUERIES, token=already) == []
    assert State.RESTARTING not in states


async def test_a_caller_that_gives_up_leaves_no_trace(random_model: Path) -> None:
    async with running(worker_command(random_model)) as (supervisor, _):
        await supervisor.settled()
        task = asyncio.create_task(supervisor.forecast(QUERIES * 20))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        answers = await supervisor.forecast(QUERIES[:3])
        assert [answer.key for answer in answers] == [query.key for query in QUERIES[:3]]


async def test_a_killed_worker_loses_nothing(random_model: Path) -> None:
    async with running(worker_command(random_model)) as (supervisor, states):
        arrived: list[str] = []

        def kill_once(forecast: Forecast) -> None:
            arrived.append(forecast.key)
            if len(arrived) == 5:
                assert supervisor.pid is not None
                os.kill(supervisor.pid, signal.SIGKILL)

        answers = await supervisor.forecast(QUERIES, on_forecast=kill_once)
        assert [answer.key for answer in answers] == arrived == [query.key for query in QUERIES]
        assert states == [State.STARTING, State.READY, State.RESTARTING, State.READY]


async def test_a_batch_that_kills_twice_is_given_up_and_names_its_culprit(random_model: Path) -> None:
    async with running(worker_command(random_model)) as (supervisor, _):
        deaths = 0

        def kill(_: Forecast) -> None:
            nonlocal deaths
            deaths += 1
            if supervisor.pid is not None:
                os.kill(supervisor.pid, signal.SIGKILL)

        with pytest.raises(WorkerLost, match="died twice") as caught:
            await supervisor.forecast(QUERIES * 10, on_forecast=kill)
        assert caught.value.culprit in QUERIES
        assert await supervisor.settled() is State.READY
        assert len(await supervisor.forecast(QUERIES[:1])) == 1


async def test_a_worker_that_cannot_live_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pricetag.worker.supervisor._FIRST_DELAY", 0.001)
    async with running([sys.executable, "-c", "raise SystemExit(1)"]) as (supervisor, states):
        assert await supervisor.settled() is State.FAILED
        assert supervisor.message == "the forecast worker ended 6 times in a row (exit code 1)"
        with pytest.raises(WorkerLost, match="6 times in a row"):
            await supervisor.forecast(QUERIES[:1])
    assert states == [State.STARTING, State.RESTARTING, State.FAILED, State.STOPPED]


async def test_a_worker_that_talks_nonsense_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pricetag.worker.supervisor._FIRST_DELAY", 0.001)
    async with running([sys.executable, "-c", "print('hello', flush=True); input()"]) as (supervisor, _):
        assert await supervisor.settled() is State.FAILED


async def test_a_command_that_does_not_exist() -> None:
    async with running(["/nowhere/python"]) as (supervisor, _):
        assert await supervisor.settled() is State.FAILED
        assert "cannot be started" in supervisor.message


@pytest.mark.parametrize(
    ("name", "damage", "expected"),
    [
        ("encoder.int8.onnx", "truncate", "is damaged"),
        ("decoder.int8.onnx", "remove", "cannot be read"),
        ("calibration.json", "truncate", None),
        ("config.json", "remove", "config.json is missing"),
        ("config.json", "truncate", "cannot be read"),
    ],
)
async def test_a_bad_model_is_said_once_and_not_tried_again(
    random_model: Path, tmp_path: Path, name: str, damage: str, expected: str | None
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(random_model, folder)
    if damage == "remove":
        (folder / name).unlink()
    elif expected is None:
        (folder / name).write_text('{"python": 3}')
        config = json.loads((folder / "config.json").read_text())
        import hashlib

        config["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        (folder / "config.json").write_text(json.dumps(config))
        expected = "calibration.json is malformed"
    else:
        path = folder / name
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    async with running(worker_command(folder)) as (supervisor, states):
        assert await supervisor.settled() is State.NO_MODEL
        assert expected in supervisor.message and "\n" not in supervisor.message
        assert supervisor.pid is None or await gone(supervisor.pid)
        await asyncio.sleep(0.5)
        assert states == [State.STARTING, State.NO_MODEL] and supervisor.pid is None
        with pytest.raises(WorkerLost):
            await supervisor.forecast(QUERIES[:1])


async def test_the_memory_limit_turns_into_a_message_not_a_crash_loop(random_model: Path) -> None:
    async with running([*worker_command(random_model), "--memory-limit", "24"]) as (supervisor, _):
        state = await supervisor.settled()
        assert state in (State.NO_MODEL, State.FAILED) and supervisor.message


def test_the_worker_ends_with_its_input(random_model: Path) -> None:
    process = subprocess.Popen(worker_command(random_model), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None and process.stdout is not None
    ready = json.loads(process.stdout.readline())["ready"]
    assert ready["languages"] == ["python", "cpp"]
    batch = {"forecast": 1, "queries": [{"language": "python", "assumes": "", "canonical": f"{i}", "callees": [], "refusal": ""}
                                        for i in range(5_000)], "sizes": []}  # fmt: skip
    process.stdin.write(b"not json\n" + json.dumps(batch).encode() + b"\n")
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["index"] == 0
    process.stdin.close()  # the server died in the middle of a batch
    assert process.wait(10) == 0
    process.stdout.close()


async def test_the_worker_is_polite(random_model: Path) -> None:
    async with running(worker_command(random_model)) as (supervisor, _):
        await supervisor.settled()
        assert supervisor.pid is not None
        worker = psutil.Process(supervisor.pid)
        assert worker.nice() >= min(19, psutil.Process().nice() + 5)
        assert Path(worker.cwd()) != Path.cwd()
