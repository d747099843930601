"""Which hosts are answered: the one of PUBLIC_URL, and this machine itself.

Whoever asks by another name gets a sentence and nothing else, so no page, redirect or message can be made to carry a
stranger's address. A demonstration without PUBLIC_URL answers by any name: its papers say the address it listens on.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request

#: By these a machine asks itself; probes of a balancer ask by address.
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
PROBES = frozenset({"healthz", "readyz", "metrics"})


def install(app: Flask) -> None:
    """Ask before anything else."""
    app.before_request(_known_host)


def _known_host() -> Response | None:
    if not current_app.config["ONE_HOST"] or request.endpoint in PROBES:
        return None
    asked = (urlsplit(f"//{request.host}").hostname or "").lower()
    ours = (urlsplit(current_app.config["PUBLIC_URL"]).hostname or "").lower()
    if asked == ours or asked in LOOPBACK or f"[{asked}]" in LOOPBACK:
        return None
    sentence = (
        "本系统不以这个主机名提供服务，请求没有受理（GB/T 22239-2019 8.1.4.1）；请使用公布的网址访问。"
        "系统管理员：对外地址由环境变量 PUBLIC_URL 设定，反向代理须原样转发主机名（Host）。\n"
    )
    return Response(sentence, 421, content_type="text/plain; charset=utf-8")
