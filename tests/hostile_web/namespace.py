"""A network of its own for this process (Linux): every address there is, public or private, is this machine itself."""

import ctypes
import errno
import fcntl
import os
import socket
import struct
from contextlib import suppress
from pathlib import Path

NEW_USER, NEW_NETWORK, NEW_MOUNTS = 0x10000000, 0x40000000, 0x00020000
REFUSALS = frozenset({errno.EPERM, errno.ENOSYS, errno.EINVAL, errno.ENOSPC, errno.EUSERS})
PRIVATE_TREE, BIND = 0x40000 | 0x4000, 0x1000
SET_FLAGS, UP_AND_RUNNING = 0x8914, 0x1 | 0x40
NEW_ROUTE, CREATE_AND_ANSWER, LOCAL_TABLE, BOOT, HOST_SCOPE, LOCAL_TYPE, OUT_INTERFACE = 24, 0x405, 255, 3, 254, 2, 4

_libc = ctypes.CDLL(None, use_errno=True)


class Refused(Exception):
    """This machine gives no namespaces to this user."""


def enter(resolv_conf: Path) -> None:
    """Leave the machine's network for an empty one whose addresses all lead here; names are looked up as the file says.

    To be called while the process has one thread. Raises `Refused`.
    """
    try:
        _unshare()
        _call(_libc.mount, b"none", b"/", None, PRIVATE_TREE, None)
        _call(_libc.mount, os.fsencode(resolv_conf), b"/etc/resolv.conf", None, BIND, None)
    except OSError as error:
        if error.errno in REFUSALS:
            raise Refused(f"no network namespace: {error.strerror}") from error
        raise
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh14x", b"lo", UP_AND_RUNNING))
    for family in (socket.AF_INET, socket.AF_INET6):
        _lead_everything_here(family)


def _unshare() -> None:
    uid, gid = os.getuid(), os.getgid()
    with suppress(PermissionError):
        _call(_libc.unshare, NEW_NETWORK | NEW_MOUNTS)
        return
    _call(_libc.unshare, NEW_USER | NEW_NETWORK | NEW_MOUNTS)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
    Path("/proc/self/gid_map").write_text(f"0 {gid} 1")


def _call(function: "ctypes._NamedFuncPointer", *arguments: object) -> None:
    if function(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def _lead_everything_here(family: int) -> None:
    """`ip route add local default dev lo`, which needs no `ip` (rtnetlink(7))."""
    route = struct.pack("BBBBBBBBI", family, 0, 0, 0, LOCAL_TABLE, BOOT, HOST_SCOPE, LOCAL_TYPE, 0)
    route += struct.pack("HHI", 8, OUT_INTERFACE, socket.if_nametoindex("lo"))
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as netlink:
        netlink.send(struct.pack("IHHII", 16 + len(route), NEW_ROUTE, CREATE_AND_ANSWER, 1, 0) + route)
        (code,) = struct.unpack("i", netlink.recv(4096)[16:20])
    if code and not (family == socket.AF_INET6 and -code == errno.EOPNOTSUPP):  # a kernel without IPv6 reaches nobody
        raise OSError(-code, os.strerror(-code))
