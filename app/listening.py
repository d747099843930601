"""Whether HOST:PORT can be listened on, tried before any work.

`make run` asks this file alone, before there are packages: nothing is imported but Python's own, and an old Python
reads it.
"""

from __future__ import annotations

import errno
import os
import socket


def asked():
    # type: () -> tuple[str, int]
    """HOST and PORT from the environment; ended with a sentence when PORT is none."""
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8080"
    if not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65535):
        raise SystemExit(f"PORT={port} 不对：应为 1 到 65535 的整数。")
    return host, int(port)


def try_address(host: str, port: int) -> None:
    """End with a sentence when the server could not listen there."""
    elsewhere = f"HOST={host} 不是本机可以监听的地址；本机访问用 127.0.0.1，对外服务用 0.0.0.0。"
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (OSError, UnicodeError):
        raise SystemExit(elsewhere) from None
    with socket.socket(found[0], socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(found[4])
            probe.listen(1)
        except PermissionError:
            raise SystemExit(f"没有权限监听端口 {port}；请换用 1024 以上的端口，例如 PORT=8080。") from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise SystemExit(elsewhere) from None
            other = port + 1 if port < 65535 else 8080
            raise SystemExit(
                f"端口 {port} 已被占用（可能已有一个在运行）；请先停止它，或换一个端口，例如 PORT={other} make run。"
            ) from None


if __name__ == "__main__":
    try_address(*asked())
