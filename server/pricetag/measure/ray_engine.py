"""Label tasks on a Ray cluster: one actor per CPU, each with warm processes of its own; Ray restarts what is lost."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator, Sequence

from pricetag.measure.labelling import Outcome, Task, Worker

_PATIENCE = 10.0  # seconds for the cluster's head to answer; Ray itself would wait for minutes
_RESTARTS = 3  # of an actor whose node or process died; its task is then run again


class RayUnavailable(Exception):
    """Ray is not installed or its cluster cannot be reached; the message says which."""


class RayEngine:
    """Runs label tasks on every CPU of a Ray cluster.

    ``address`` is the cluster's ("auto", "ray://host:10001"); "" starts one on this machine for the time of the call.
    Every node needs Pricetag, and for C++ a compiler and bubblewrap.
    """

    def __init__(self, address: str = "") -> None:
        self._address = address

    def __call__(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Outcomes as they come. Raises ``RayUnavailable``, and what ``Worker.run`` raises."""
        try:
            import ray
            from ray.exceptions import RayTaskError
            from ray.util import ActorPool
        except ImportError as error:
            raise RayUnavailable("the ray engine needs Ray: pip install 'pricetag[ray]'") from error
        own = not ray.is_initialized()
        if own:
            _knock(self._address)
            try:
                ray.init(
                    self._address or "local",
                    log_to_driver=False,
                    include_dashboard=False,
                    logging_level=logging.ERROR,
                )
            except (ConnectionError, RuntimeError, ValueError) as error:
                raise RayUnavailable(
                    f"no Ray cluster at {self._address or 'this machine'}: {error}"
                ) from error
        try:
            resources = ray.available_resources()  # type: ignore[no-untyped-call]
            count = max(1, min(len(tasks), int(resources.get("CPU", 1))))
            actor = ray.remote(num_cpus=1, max_restarts=_RESTARTS, max_task_retries=_RESTARTS)(Worker)
            pool = ActorPool([actor.remote() for _ in range(count)])
            try:
                yield from pool.map_unordered(lambda worker, task: worker.run.remote(task), list(tasks))
            except RayTaskError as error:
                raise error.cause from None  # as if it had been raised here: SandboxUnavailable, CppUnavailable
        finally:
            if own:
                ray.shutdown()


def _knock(address: str) -> None:
    """Raise ``RayUnavailable`` where nobody listens at ``address`` (host:port, ray://host:port)."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not (host and port.isdecimal()):
        return
    try:
        socket.create_connection((host, int(port)), _PATIENCE).close()
    except OSError as error:
        raise RayUnavailable(f"no Ray cluster at {address}: {error.strerror or error}") from error
