"""The process that owns the model: its protocol, its supervisor, its limits."""

from pricetag.worker.supervisor import State, Supervisor, Token, WorkerLost, worker_command

__all__ = ["State", "Supervisor", "Token", "WorkerLost", "worker_command"]
