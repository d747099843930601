"""开通向导: what is done, what is next, who does it and where, from an empty database to the first declaration."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import g, url_for
from flask_appbuilder import BaseView, expose, has_access

from models.base import db
from views.screens.columns import badge
from views.screens.panel import may_open
from workflow.base.abilities import may
from workflow.base.unit_of_work import asking
from workflow.imports.kinds import KINDS
from workflow.office import first_day
from workflow.office.first_day import Line

_ACCOUNT = ("建立账号", "AccountScreen.add", {})
_ROLELESS = ("待授予角色的账号", "AccountScreen.list", {"arranged": "norole"})
_IMPORTS = (
    ("批量导入账号", "ImportScreen.new", {"kind": "account"}),
    ("批量导入账号角色", "ImportScreen.new", {"kind": "account_role"}),
    ("发放初始密码", "AccountScreen.passwords", {}),
)
#: Step → where it is done: (label, endpoint, parameters); who may not open a page is not led there.
LINKS: dict[str, tuple[tuple[str, str, dict[str, str]], ...]] = {
    "reference": (("看职称树", "TitleScreen.list", {}),),
    "admins": (("账号管理", "AccountScreen.list", {}),),
    "config": (_ACCOUNT, _ROLELESS),
    "province": (("新增机构", "OrganisationScreen.add", {}),),
    "placed": (("没有所在机构的账号", "AccountScreen.list", {"arranged": "nooffice"}),),
    "provincial": (_ACCOUNT, _ROLELESS, *_IMPORTS),
    "calendar": (("工作日历年度", "CalendarYearScreen.list", {}),),
    "offices": (
        ("新增机构", "OrganisationScreen.add", {}),
        ("批量导入机构", "ImportScreen.new", {"kind": "organisation"}),
    ),
    "office_accounts": (_ACCOUNT, _ROLELESS, *_IMPORTS),
    "issuers": (("新增发证单位", "IssuerScreen.add", {}),),
    "committees": (
        ("新增评委会", "CommitteeScreen.add", {}),
        ("批量导入评委会", "ImportScreen.new", {"kind": "committee"}),
        ("待核准", "CommitteeScreen.list", {"state": "applied"}),
    ),
    "committee_accounts": (("评委会管理", "CommitteeScreen.list", {"state": "approved"}),),
    "paths": (
        ("高评会审核路径", "SeniorPathScreen.list", {}),
        ("中评会审核路径", "IntermediatePathScreen.list", {}),
        ("初评会审核路径", "JuniorPathScreen.list", {}),
        ("审核路径体检", "PathCheckView.show", {}),
    ),
    "acceptance": (
        ("新增受理机构", "AcceptanceScreen.add", {}),
        ("初定审核路径", "InitialPathScreen.list", {}),
        ("认定审核路径", "RecognitionPathScreen.list", {}),
    ),
    "experts": (
        ("评委申报记录查询", "ExpertScreen.list", {}),
        ("批量导入评委", "ImportScreen.new", {"kind": "expert"}),
    ),
    "units": (
        ("批量导入机构", "ImportScreen.new", {"kind": "organisation"}),
        _ACCOUNT,
        *_IMPORTS,
    ),
    "batches": (
        ("新增年度批次", "BatchScreen.add", {}),
        ("初定认定批次", "OfficeBatchScreen.add", {}),
    ),
    "first": (("申报审核流程查询", "TrailScreen.list", {}),),
}


class FirstDayView(BaseView):
    """One page; everything on it is read from the database as it is now."""

    route_base = "/firstday"
    default_view = "show"
    title = "开通向导"

    @expose("/")
    @has_access
    def show(self) -> Any:
        """Every step in order, those of the reader marked."""
        found = first_day.lines(db.session, asking(g.user).today)
        mine = {line.step.key for line in first_day.mine(found, g.user)}
        stages = [(stage, [_told(line, mine) for line in lines]) for stage, lines in groupby(found, _stage)]
        return self.render_template(
            "office/first_day.html",
            title=self.title,
            stages=stages,
            done=sum(line.found.done for line in found),
            total=len(found),
            next=[_told(line, mine) for line in found if line.step.key in mine],
            others=[line for line in found if line.open and line.step.key not in mine],
        )


def _stage(line: Line) -> str:
    return line.step.stage


def _told(line: Line, mine: set[str]) -> dict[str, Any]:
    """A line as the page shows it."""
    if line.found.done:
        state = badge("已完成", "ok")
    elif line.waits_for:
        state = badge("未到", "off")
    else:
        state = badge("进行中", "run") if line.found.begun else badge("可办理", "warn")
    return {
        "key": line.step.key,
        "label": line.step.label,
        "state": state,
        "told": line.found.told,
        "how": "" if line.found.done else line.step.how,
        "who": line.who,
        "mine": line.step.key in mine,
        "waits": "" if line.found.done or not line.waits_for else f"须先完成：{'、'.join(line.waits_for)}",
        "links": [
            (label, url_for(endpoint, **given))
            for label, endpoint, given in LINKS[line.step.key]
            if not line.found.done
            and may_open(endpoint)
            and (endpoint != "ImportScreen.new" or may(g.user, KINDS[given["kind"]].ability))
        ],
    }


def banner(account: Any) -> list[str]:
    """For the workbench: the steps this account can go on with, until the first declaration has reached a committee."""
    if not may_open("FirstDayView.show") or first_day.opened(db.session):
        return []
    found = first_day.lines(db.session, asking(account).today)
    return [line.step.label for line in first_day.mine(found, account)]
