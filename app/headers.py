"""What every answer says to the browser: scripts of ours only, no frame, no guessing, nothing kept."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request


def csp_nonce() -> str:
    """The nonce of this answer, for `<script nonce="{{ csp_nonce() }}">`."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return g.csp_nonce


def policy() -> str:
    """The Content-Security-Policy of this answer; no other host appears in it."""
    # a Plotly figure styles its parts inline: its page says so in `g.inline_styles`
    styles = "'unsafe-inline'" if g.get("inline_styles") else f"'nonce-{csp_nonce()}'"
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'nonce-{csp_nonce()}'",
            f"style-src 'self' {styles}",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def register_headers(app: Flask) -> None:
    """Set the headers on every answer, error pages and files included."""
    app.jinja_env.globals["csp_nonce"] = csp_nonce

    @app.after_request
    def say(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy())
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers["Referrer-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if not app.config["DEMO"]:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if request.endpoint != "static" and "immutable" not in headers.get("Cache-Control", ""):
            headers["Cache-Control"] = "no-store"
        return response
