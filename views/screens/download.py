"""The name of a file that leaves: a header may carry ASCII only, so a Chinese name travels encoded (RFC 6266)."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, request


def named(answer: Response, name: str) -> Response:
    """Have the browser keep the answer as a file of that name."""
    ending = name.rpartition(".")[2] if "." in name else "bin"
    answer.headers.set(
        "Content-Disposition",
        "attachment",
        **{"filename": f"export.{ending}", "filename*": f"UTF-8''{quote(name, safe='')}"},
    )
    return answer


def only_asked() -> bool:
    """Whether nothing is taken: a HEAD, served as GET (app/methods.py), only asks whether the file is there."""
    return bool(request.environ.get("zhicheng.asked") == "HEAD")
