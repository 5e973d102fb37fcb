"""What keeps measured code from doing harm, by Linux system calls alone.

``isolate`` is called once in a process that will fork the measured ones: no network (an empty network namespace), no
System V IPC, the home directory out of sight, the rest of the file system read-only. ``enter`` is called in each forked process: its own process namespace,
so that whatever it leaves behind dies with it, and its own small ``/tmp``. ``confine`` is called last, just before
measured code runs: resource limits, a throw-away user id, no capabilities. All three work for root, and for others
where the kernel allows unprivileged user namespaces. Where it does not, ``isolate`` raises ``SandboxUnavailable``.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

_CLONE_NEWNS, _CLONE_NEWIPC, _CLONE_NEWUSER = 0x20000, 0x08000000, 0x10000000
_CLONE_NEWPID, _CLONE_NEWNET = 0x20000000, 0x40000000
_MS_NOSUID, _MS_NODEV, _MS_BIND, _MS_REC, _MS_PRIVATE = 2, 4, 1 << 12, 1 << 14, 1 << 18
_MNT_DETACH = 2
_MOUNT_SETATTR = 442  # the same number on every architecture
_AT_FDCWD, _AT_RECURSIVE, _MOUNT_ATTR_RDONLY = -100, 0x8000, 1
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_CAPABILITY_VERSION = 0x20080522
_FIRST_UID = (
    1_600_000_000  # ids that no account has: RLIMIT_NPROC counts per id, so each process gets its own
)


class SandboxUnavailable(Exception):
    """This system cannot confine measured code; the message says what is missing and how to get it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Resource limits of one measured process, on top of what it has when they are set."""

    cpu: float = 60.0  # seconds, all calls together
    memory: int = 4 << 30  # bytes of address space
    processes: int = 16
    file: int = 16 << 20  # bytes of one written file
    files: int = 64  # open at once
    scratch: int = 32 << 20  # bytes of the private /tmp


class _MountAttributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("attr_set", "attr_clr", "propagation", "userns_fd")]


def isolate() -> None:
    """Cut this process and its children off: no network, no IPC, a read-only file system.

    Raises ``SandboxUnavailable`` where the kernel refuses.
    """
    if sys.platform != "linux":
        raise SandboxUnavailable(
            f"Measuring needs Linux namespaces; this is {platform.system()}. Run it in a container."
        )
    flags = _CLONE_NEWNS | _CLONE_NEWIPC | _CLONE_NEWNET
    uid, gid = os.getuid(), os.getgid()
    if uid != 0:
        _call("unshare", _CLONE_NEWUSER | flags, help="allow unprivileged user namespaces")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    else:
        _call("unshare", flags, help="run where namespaces are allowed (CAP_SYS_ADMIN)")
    _mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE)
    _hide_home()
    attributes = _MountAttributes(attr_set=_MOUNT_ATTR_RDONLY)
    _call("syscall", _MOUNT_SETATTR, _AT_FDCWD, b"/", _AT_RECURSIVE, ctypes.byref(attributes), 32)


def _hide_home() -> None:
    """Lay an empty directory over the user's home, with nothing in it but the interpreter and the installed packages.

    The interpreter may live there, and the throw-away user id could not enter a home that is closed to others.
    """
    home = Path.home().resolve()
    if len(home.parts) < 2 or any(path == home or path in home.parents for path in _needed()):
        return
    os.chdir("/")
    staged: list[tuple[bytes, Path]] = []
    for path in _needed_inside(home):
        staging = tempfile.mkdtemp().encode()
        _mount(bytes(path), staging, None, _MS_BIND | _MS_REC)
        staged.append((staging, path))
    _mount(b"tmpfs", bytes(home), b"tmpfs", _MS_NOSUID | _MS_NODEV, b"size=1m,mode=755")
    for staging, path in staged:
        path.mkdir(parents=True, exist_ok=True)
        _mount(staging, bytes(path), None, _MS_BIND | _MS_REC)
        _call("umount2", staging, _MNT_DETACH)
        Path(os.fsdecode(staging)).rmdir()


def _needed() -> set[Path]:
    """Folders that a measured program imports from: the interpreter's, the environment's, ours."""
    return {
        Path(path).resolve() for path in (sys.base_prefix, sys.prefix, Path(__file__).resolve().parents[2])
    }


def _needed_inside(folder: Path) -> list[Path]:
    """The outermost of the needed folders that lie in ``folder``."""
    inside = sorted(path for path in _needed() if folder in path.parents)
    return [path for path in inside if not any(other in path.parents for other in inside)]


def enter(limits: Limits) -> None:
    """Give the *next* fork of this process its own process ids, and this process a private /tmp; die with the parent."""
    _call("prctl", _PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _call("unshare", _CLONE_NEWNS | _CLONE_NEWPID)
    _mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE)
    options = f"size={limits.scratch},mode=1777".encode()
    # What is imported may itself lie in /tmp; a descriptor still reaches it under the new /tmp.
    kept = [(os.open(path, os.O_PATH | os.O_DIRECTORY), path) for path in _needed_inside(Path("/tmp"))]
    _mount(b"tmpfs", b"/tmp", b"tmpfs", _MS_NOSUID | _MS_NODEV, options)
    for descriptor, path in kept:
        path.mkdir(parents=True, exist_ok=True)
        _mount(f"/proc/self/fd/{descriptor}".encode(), bytes(path), None, _MS_BIND | _MS_REC)
        os.close(descriptor)


def become_init() -> None:
    """Called in process 1 of the new namespace: die with the parent, stay out of the measured code's reach."""
    _call("prctl", _PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _call("prctl", _PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc().mount(
        b"proc", b"/proc", b"proc", ctypes.c_ulong(_MS_NOSUID | _MS_NODEV), None
    )  # else the old one stays


def confine(limits: Limits, keep: int, uid: int) -> None:
    """Limit this process for good: ``keep`` is the one descriptor left open, ``uid`` tells it from its siblings.

    Standard input reads nothing; standard output and error go nowhere. The working directory is the private /tmp.
    """
    os.chdir("/tmp")
    null = os.open("/dev/null", os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.closerange(3, keep)
    os.closerange(keep + 1, 256)
    seconds = max(1, round(limits.cpu + 0.5))
    for limit, soft, hard in (
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_AS, address_space() + limits.memory, address_space() + limits.memory),
        (resource.RLIMIT_FSIZE, limits.file, limits.file),
        (resource.RLIMIT_NOFILE, limits.files, limits.files),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NPROC, limits.processes, limits.processes),
    ):
        resource.setrlimit(limit, (soft, hard))
    if os.getuid() == 0:
        identity = _FIRST_UID + uid % 100_000_000
        os.setgroups([])
        os.setresgid(identity, identity, identity)
        os.setresuid(identity, identity, identity)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    _call("capset", header, (ctypes.c_uint32 * 6)())
    _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def address_space() -> int:
    """Bytes of address space this process has mapped."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def libc() -> ctypes.CDLL:
    """The C library of this process."""
    return ctypes.CDLL(None, use_errno=True)


def _mount(
    source: bytes, target: bytes, kind: bytes | None, flags: int, options: bytes | None = None
) -> None:
    _call("mount", source, target, kind, ctypes.c_ulong(flags), options)


def _call(name: str, *arguments: object, help: str = "") -> None:
    if getattr(libc(), name)(*arguments) != 0:
        error = ctypes.get_errno()
        advice = f"; {help}" if help else ""
        raise SandboxUnavailable(
            f"This system has no sandbox to measure in: {name}: {os.strerror(error)}{advice}."
        )
