"""What the machine needs, from the environment; a missing secret in production stops the start."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.machine_faults import end, told

#: Set for the process that builds the demo year aside: the whole file goes to the disk at its end, not each commit.
BUILDS_ASIDE = "ZHICHENG_BUILDS_ASIDE"
_HOST = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?")
#: Secrets made by this process.
_made: set[str] = set()
ROOT = Path(__file__).resolve().parent.parent


def data_dir() -> Path:
    """Where the embedded database, the files and the keys live (DATA_DIR, default ./var); nobody else's to read."""
    path = Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve()
    with told():
        with contextlib.suppress(FileNotFoundError):  # as /proc answers
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "not writable", str(path))
    return path


def secret(name: str, directory: Path) -> bytes:
    """A secret of at least 32 bytes: from the environment as hex (`ZHICHENG_<NAME>`), else a private file.

    The file is made at the first start, whole or not at all. It lies outside the database: a copy of the database
    alone opens nothing. Ended with a sentence: what is no such secret, for a short one would seal nothing.
    """
    if given := os.environ.get(f"ZHICHENG_{name.upper()}"):
        return _checked(given, f"环境变量 ZHICHENG_{name.upper()}")
    file = directory / "keys" / name
    with told(directory):
        file.parent.mkdir(mode=0o700, exist_ok=True)
        if not file.exists():
            _write_once(file, secrets.token_hex(32))
            _made.add(name)
        return _checked(file.read_text(errors="replace").strip(), str(file))


def was_made(name: str) -> bool:
    """Whether this process has made that secret just now, because there was none."""
    return name in _made


def _write_once(file: Path, text: str) -> None:
    """Under its name only when it is on the disk; of two who write at once, one is kept."""
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
    finally:
        draft.unlink(missing_ok=True)


def _checked(text: str, place: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) < 32:
        end(
            f"{place} 不是 32 字节以上的十六进制密钥；请用 openssl rand -hex 32 生成，或从备份恢复原来的密钥"
            "（换了密钥，已加密的数据就读不出来）。"
        )
    return key


def refuse_same_secret() -> None:
    """One secret for two purposes would let who forges cookies read personal data as well."""
    master, session = os.environ.get("ZHICHENG_MASTER"), os.environ.get("ZHICHENG_SESSION")
    if master and session and master.strip().lower() == session.strip().lower():
        end(
            "ZHICHENG_MASTER 与 ZHICHENG_SESSION 相同；请用 openssl rand -hex 32 各生成一个（主密钥是建库时的那一个）。"
        )


def number(name: str, default: int, lowest: int, highest: int) -> int:
    """A whole number from the environment; ended with a sentence when it is none, or out of bounds."""
    text = os.environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and lowest <= int(text) <= highest):
        end(f"{name}={text} 不对：应为 {lowest} 到 {highest} 的整数。")
    return int(text)


def load() -> dict[str, Any]:
    """The configuration of this process."""
    directory = data_dir()
    refuse_same_secret()
    demo = os.environ.get("DEMO", "0") == "1"
    return {
        "DATA_DIR": str(directory),
        "DEMO": demo,
        "SECRET_KEY": secret("session", directory).hex(),
        "MASTER_KEY": secret("master", directory),
        "SQLALCHEMY_DATABASE_URI": database_url(directory),
        "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True},  # no log quotes what somebody typed
        "LOG_REQUESTS": os.environ.get("LOG_REQUESTS", "0" if demo else "1") == "1",
        "METRICS_TOKEN": os.environ.get("METRICS_TOKEN", ""),
        "SQLITE_SYNC": "OFF" if os.environ.get(BUILDS_ASIDE) else "FULL",
        "QUEUE_URL": os.environ.get("QUEUE_URL", ""),  # of long work; empty: where the database is
        "FILE_STORE": str(directory / "files"),
        "STORE_URL": store_url(),
        "STORE_ACCESS": store_access(),
        "APP_NAME": "湖南省职称申报评审系统",
        "BABEL_DEFAULT_LOCALE": "zh",
        "LANGUAGES": {"zh": {"flag": "cn", "name": "中文"}},
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "app" / "translations"),
        "FAB_UPDATE_PERMS": False,
        "FAB_CREATE_DB": False,
        "FAB_BASE_TEMPLATE": "shell.html",
        "FAB_ADD_MENU_API": False,
        "FAB_ADD_SECURITY_API": False,
        "FAB_API_SWAGGER_UI": False,
        "FAB_ADD_SECURITY_PERMISSION_VIEW": False,
        "FAB_ADD_SECURITY_VIEW_MENU_VIEW": False,
        "FAB_ADD_SECURITY_PERMISSION_VIEWS_VIEW": False,
        "AUTH_USER_REGISTRATION": False,
        "AUTH_ROLE_ADMIN": "无",  # no all-powerful role exists at run time
        "AUTH_ROLE_PUBLIC": "公众",  # nothing is granted to it; public routes are listed in app/security.py
        "SECOND_FACTOR": os.environ.get("SECOND_FACTOR", "1") == "1",  # of staff, in production
        "SESSION_COOKIE_NAME": "zhicheng" if demo or os.environ.get("INSECURE_COOKIE") == "1" else "__Host-zhicheng",
        "SESSION_COOKIE_PATH": "/",
        "PUBLIC_URL": public_url(demo),
        "ONE_HOST": not demo or bool(os.environ.get("PUBLIC_URL")),  # other hosts are refused (app/host.py)
        "PROXIES": number("PROXIES", 0, 0, 9),  # how many reverse proxies stand before us
        "FAB_PASSWORD_HASH_METHOD": "scrypt",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": not demo and os.environ.get("INSECURE_COOKIE") != "1",
        "MAX_CONTENT_LENGTH": 64 * 1024 * 1024,
        "REPORT_URL": os.environ.get("REPORT_URL", ""),  # where certificates are reported to; empty: by hand
        "REPORT_KEY": bytes.fromhex(os.environ.get("REPORT_KEY", "")),
        "REPORT_CA": os.environ.get("REPORT_CA", ""),
        "MAIL_URL": os.environ.get("MAIL_URL", ""),  # where letters beside messages go; empty: none are sent
        "MAIL_FROM": os.environ.get("MAIL_FROM", ""),
        "SMS_URL": sms_url(),  # the gateway of SMS and voice, or a folder; empty: none
        "SMS_KEY": bytes.fromhex(os.environ.get("SMS_KEY", "")),
        "SMS_CA": os.environ.get("SMS_CA", ""),
        "WTF_CSRF_TIME_LIMIT": None,
        "DEMO_PASSWORD": os.environ.get("DEMO_PASSWORD") or "Zhicheng-2023!",
    }


def sms_url() -> str:
    """SMS_URL: where SMS and voice messages go, https or a folder; a gateway wants a key to be signed with."""
    url, key = os.environ.get("SMS_URL", ""), os.environ.get("SMS_KEY", "")
    if url and not url.startswith(("https://", "file:///")):
        end(f"SMS_URL={url} 不对：应为短信平台的 https 地址，或 file:///文件夹；留空表示不发短信。")
    if url.startswith("https://") and not re.fullmatch(r"([0-9A-Fa-f]{2}){32,}", key):
        end("SMS_KEY 应为 32 字节以上的十六进制密钥（openssl rand -hex 32），与短信平台约定。")
    return url


def public_url(demo: bool) -> str:
    """PUBLIC_URL: the address by which everybody reaches the system; QR codes say it, and no other host is answered.

    Empty in a demonstration: papers say the address it listens on, and any host is answered. Empty in production: the
    loopback alone.
    """
    text = os.environ.get("PUBLIC_URL", "").rstrip("/")
    try:
        parts = urlsplit(text)
        fits = parts.port != 0 and (not text or _HOST.fullmatch(parts.netloc) is not None)
    except ValueError:
        fits = False
    if not fits or (text and (parts.scheme not in ("http", "https") or parts.path or parts.query or parts.fragment)):
        end(f"PUBLIC_URL={text} 不对：应为对外地址，如 https://zc.example.gov.cn，不带路径；请更正后再启动。")
    if text and parts.scheme != "https" and not demo and os.environ.get("INSECURE_COOKIE") != "1":
        end(f"PUBLIC_URL={text} 须以 https:// 开头：登录凭据只在加密连接上发送；请更正后再启动。")
    host = os.environ.get("HOST", "")
    here = "127.0.0.1" if host in ("", "0.0.0.0", "::") else f"[{host}]" if ":" in host else host  # noqa: S104
    return text or f"http://{here}:{number('PORT', 8080, 1, 65535)}"


def database_url(directory: Path) -> str:
    """DATABASE_URL, else SQLite in the data directory. PostgreSQL is always spoken to through psycopg 3."""
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{directory / 'zhicheng.db'}"
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url[len(scheme) :]
    return url


def store_url() -> str:
    """STORE_URL: where files lie. Empty: in the data directory; `s3://bucket/prefix`: in a bucket that all nodes
    share."""
    url = os.environ.get("STORE_URL", "")
    if url and not (url.startswith("s3://") and url[5:].strip("/")):
        raise SystemExit(f"STORE_URL={url} 不是文件存储的地址：留空表示数据目录，或写作 s3://存储桶/前缀。")
    return url


def store_access() -> dict[str, str]:
    """How the bucket of STORE_URL is reached, by the usual names of S3 clients; STORE_CA names the certificate of
    a store of one's own."""
    names = {
        "endpoint": "AWS_ENDPOINT_URL",
        "key": "AWS_ACCESS_KEY_ID",
        "secret": "AWS_SECRET_ACCESS_KEY",
        "region": "AWS_REGION",
        "ca": "STORE_CA",
        "style": "STORE_STYLE",
    }
    return {name: os.environ.get(variable, "") for name, variable in names.items()}


def queue_url(loaded: Mapping[str, Any]) -> str:
    """QUEUE_URL, else the PostgreSQL that holds the data, else a file beside the embedded database.

    On SQLite the queue has a file of its own: while a job writes, nobody else could speak in the main one.
    """
    database = str(loaded["SQLALCHEMY_DATABASE_URI"])
    beside = database if database.startswith("postgresql") else f"sqlite:///{Path(loaded['DATA_DIR']) / 'queue.db'}"
    return str(loaded["QUEUE_URL"]) or beside
