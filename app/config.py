"""What the machine needs, from the environment; a missing secret in production stops the start."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def data_dir() -> Path:
    """Where the embedded database, the files and the keys live (DATA_DIR, default ./var)."""
    path = Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


def secret(name: str, directory: Path) -> bytes:
    """A secret of at least 32 bytes: from the environment as hex (`ZHICHENG_<NAME>`), else a private file.

    The file is made at the first start. It lies outside the database: a copy of the database alone
    opens nothing.
    """
    if given := os.environ.get(f"ZHICHENG_{name.upper()}"):
        return bytes.fromhex(given)
    keys = directory / "keys"
    keys.mkdir(mode=0o700, exist_ok=True)
    file = keys / name
    if not file.exists():
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_hex(32))
    return bytes.fromhex(file.read_text().strip())


def load() -> dict[str, Any]:
    """The configuration of this process."""
    directory = data_dir()
    demo = os.environ.get("DEMO", "0") == "1"
    return {
        "DATA_DIR": str(directory),
        "DEMO": demo,
        "SECRET_KEY": secret("session", directory).hex(),
        "MASTER_KEY": secret("master", directory),
        "SQLALCHEMY_DATABASE_URI": database_url(directory),
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
        "PROXIES": int(os.environ.get("PROXIES", "0")),  # how many reverse proxies stand before us
        "FAB_PASSWORD_HASH_METHOD": "scrypt",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": not demo and os.environ.get("INSECURE_COOKIE") != "1",
        "MAX_CONTENT_LENGTH": 64 * 1024 * 1024,
        "REPORT_URL": os.environ.get("REPORT_URL", ""),  # where certificates are reported to; empty: by hand
        "REPORT_KEY": bytes.fromhex(os.environ.get("REPORT_KEY", "")),
        "REPORT_CA": os.environ.get("REPORT_CA", ""),
        "WTF_CSRF_TIME_LIMIT": None,
        "DEMO_PASSWORD": os.environ.get("DEMO_PASSWORD") or "Zhicheng-2023!",
    }


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
