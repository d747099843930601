"""Error pages a person can act on; and what becomes of a refusal that a view let through."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, flash, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from app.headers import register_headers
from app.request_line import request_id
from reports.paper import Unprintable
from views.screens.refusal import NOT_NOW, code_of, drawn
from workflow.base.errors import NotYou, Refused, TooBusy
from workflow.base.unit_of_work import may_pass_later

# fmt: off
PAGES: dict[int, tuple[str, str]] = {
    400: ("请求不完整",   "提交的内容不完整或格式不对。请返回上一页刷新后重新填写。"),
    403: ("没有权限",     "您的角色不能打开这一页。如工作需要，请联系安全管理员授予相应角色。"),
    404: ("没有这一页",   "地址有误，或该记录不存在、不在您的查看范围内。请从左侧菜单重新进入。"),
    405: ("操作方式不对", "这个地址不能这样访问。请从页面上的按钮办理。"),
    409: ("未能办理",     "这条记录的状态已经变化。请刷新后查看最新状态再办理。"),
    422: ("未能办理",     "提交的内容不符合要求，没有保存。请返回上一页按提示修改。"),
    413: ("文件太大",     "上传内容超过系统上限 64 MB，没有保存。请返回上一页，压缩或拆分后再上传；单个文件的上限写在上传处。"),
    429: ("操作过于频繁", "请稍候再试。"),
    503: ("系统繁忙",     TooBusy.SENTENCE),
    500: ("系统出错",     "系统没有完成这次操作，数据没有改变。请稍后重试；仍不行请把时间、操作和事件编号告知系统管理员。"),
}
# fmt: on
#: Fields that no page carries back.
SECRET = {"password", "again", "old", "code"}
#: So much of an upload that is too large is read to its end; beyond, the connection is cut.
STILL_READ = 256 << 20
STALE_FORM = "页面停留过久或已重新登录，为防止他人冒用，本次提交没有保存。请返回上一页，刷新后重新提交。"

#: What Flask-WTF says of a form that it does not believe.
NO_TOKEN = {"The CSRF session token is missing.", "The CSRF token is missing."}
OTHER_HOST = "The referrer does not match the host."
NO_REFERRER_SENT = "The referrer header is missing."
PLAIN_HTTP = (
    "本系统只能通过 https 使用：这次访问是 http，浏览器不会送回登录凭据，任何表单都不能提交。请改用 https 地址；"
    "已用 https 的，请系统管理员核对反向代理是否传 X-Forwarded-Proto: https，"
    "并设置了 PROXIES（README“正式使用”第 5 步）。"
)
NO_COOKIE = "浏览器没有送回本系统的 Cookie，表单不能提交。请允许本站使用 Cookie，刷新页面后重新提交。"
WRONG_HOST = (
    "浏览器访问的是 {seen}，而反向代理转来的主机名是 {host}，两者不一致，为防止跨站伪造，没有受理。"
    "请系统管理员在反向代理中设置 "
    "proxy_set_header Host $http_host 和 X-Forwarded-Host $http_host（README“正式使用”第 5 步）。"
)
NO_REFERRER = (
    "浏览器没有说明提交来自哪一页（Referer 被去掉），为防止跨站伪造，没有受理。请关闭去除来源的浏览器扩展后重试。"
)


def page(code: int, sentence: str = "") -> tuple[str, int]:
    """The error page of that code, with its own sentence or the usual one."""
    title, usual = PAGES.get(code, PAGES[400])
    return render_template("error.html", code=code, title=title, sentence=sentence or usual), code


def register_errors(app: Flask) -> None:
    """Every error becomes a page in Chinese; a Refused becomes its own sentence."""
    register_headers(app)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, lambda error: page(400, _why_not_taken(str(error.description))))
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(Unprintable, lambda error: page(422, _cannot_print(error)))
    app.register_error_handler(500, lambda error: page(500, f"{PAGES[500][1]}事件编号：{request_id()}。"))


def _cannot_print(error: Unprintable) -> str:
    """A paper that is kept for years is not printed with holes; who mends it is named."""
    return (
        f"{error}，没有生成文件：电子证书和评审表须逐字打印（118号 六(三)）。"
        "字无误的请联系系统管理员补充字体；姓名登记有误的，证书由省厅证书岗办理“更正换发”。"
    )


def _why_not_taken(reason: str) -> str:
    """Why a form was not believed: mostly an old page; but a machine set up wrongly fails every form, and is named."""
    settings = current_app.config
    if (
        reason in NO_TOKEN
        and settings["SESSION_COOKIE_SECURE"]
        and settings["SESSION_COOKIE_NAME"] not in request.cookies
    ):
        return NO_COOKIE if request.is_secure else PLAIN_HTTP
    if reason == OTHER_HOST:
        return WRONG_HOST.format(seen=urlsplit(request.referrer or "").netloc, host=request.host)
    return NO_REFERRER if reason == NO_REFERRER_SENT else STALE_FORM


def _http(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error.get_response()
    if error.code == 413:
        _read_to_the_end()
    return page(error.code)


def _read_to_the_end() -> None:
    """Take what the browser is still sending: answered in the middle of it, it shows a cut connection and not our
    sentence."""
    source, left = request.environ.get("wsgi.input"), min(request.content_length or 0, STILL_READ)
    while source is not None and left > 0 and (block := source.read(min(left, 1 << 16))):
        left -= len(block)


def _database(error: DBAPIError) -> Any:
    """A page that could not be read in the crowd may be asked for again; everything else is a fault of ours."""
    if not may_pass_later(error):
        raise error
    words, code = page(503)
    return words, code, {"Retry-After": "2"}


def _refused(refusal: Refused) -> Any:
    """Back to the page the person came from with the sentence on top; without one, a page with it."""
    if (
        isinstance(refusal, TooBusy)
        and request.method == "POST"
        and not (request.files or SECRET & request.form.keys())
    ):
        return _press_again(refusal), code_of(refusal)
    if isinstance(refusal, NotYou):
        return page(code_of(refusal), refusal.sentence)
    came_from = urlsplit(request.referrer or "")
    if request.method == "POST" and came_from.netloc == request.host and came_from.path:
        flash(drawn(refusal.sentence), "bad")
        return redirect(came_from.path + (f"?{came_from.query}" if came_from.query else ""), 303)
    return page(code_of(refusal), refusal.sentence)


def _press_again(refusal: TooBusy) -> str:
    """Everything that was typed once more, to be sent by one press."""
    typed = list(request.form.items(multi=True))
    return render_template(
        "error.html", code=NOT_NOW, title=PAGES[503][0], sentence=refusal.sentence, again=request.full_path, typed=typed
    )
