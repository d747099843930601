"""ACCESS: which role opens which screen; the gate every request passes; Flask-AppBuilder's security, ours.

Three rings (HOUSE_STYLE): this table opens screens, the Flow tables open verbs, `workflow.base.policy` opens rows; for
each, what the office has decided otherwise stands in the charters of the roles (models/accounts/charter.py).
A route that is neither in ACCESS nor in PUBLIC nor in PERSONAL is closed to everybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
)
from flask_login import LoginManager, current_user
from sqlalchemy import select

from models.accounts.account import Account
from models.base import db
from views.accounts.registration import RegisterView
from views.accounts.sign_in import SignInView
from views.screens import stay
from workflow.accounts import accounts, granted
from workflow.base import roles as r
from workflow.base import row_check
from workflow.base.abilities import PAGE, Ability, know
from workflow.base.errors import NotYou
from workflow.base.unit_of_work import UnitOfWork, attempt

#: Permissions that change records; everything else a screen offers is `opens`.
CHANGING = frozenset({"can_add", "can_edit", "can_delete", "can_cancel", "can_import"})
#: Permissions that take rows out of the product.
EXPORTING = frozenset({"can_export", "can_sheet"})
OPENS, EXPORTS, CHANGES = "opens", "exports", "changes"
#: Permissions nobody ever has: Flask-AppBuilder's download knows no rows.
NEVER = frozenset({"can_download", "can_userinfo", "menu_access"})


@dataclass(frozen=True)
class Access:
    """One screen class: who opens it (list, show, act, export, …) and who changes records with its forms.

    `changes_names` are further permission names of the class that only `changes` may use.
    """

    screen: str
    opens: Sequence[str]
    changes: Sequence[str] = ()
    changes_names: Sequence[str] = field(default=())
    title: str = ""  #: of a screen without a heading of its own

    def tick_of(self, permission: str) -> str:
        """Which of the three ticks of the page a permission belongs to."""
        if permission in CHANGING or permission in self.changes_names:
            return CHANGES
        return EXPORTS if permission in EXPORTING else OPENS

    def roles_for(self, permission: str) -> tuple[str, ...]:
        """The standing roles that get this permission of the screen by default."""
        if permission in NEVER:
            return ()
        return tuple(self.changes if self.tick_of(permission) == CHANGES else self.opens)


EVERYBODY = r.ALL
#: Who imports anything at all; what each imports is said by the kind (workflow.imports).
IMPORTERS = (r.HRSS_CONFIG, r.COMMITTEE_OFFICE, r.UNIT_OFFICER, r.BUREAU_OFFICER, r.SYSTEM_ADMIN, r.SECURITY_ADMIN)
#: Whose offices take paper in.
CLERKS = tuple(dict.fromkeys((*r.RECOMMENDERS, *r.AUDITORS, r.COMMITTEE_OFFICE)))
# fmt: off
ACCESS: list[Access] = [
    #      screen               opens                                   changes
    Access("HomeView",          EVERYBODY, title="工作台"),
    Access("LookupView",        EVERYBODY, title="选择框查找"),
    Access("ListChoiceView",    EVERYBODY, title="常用查询、显示列"),
    Access("RecordView",        tuple(x for x in r.ALL if x not in r.THREE_ADMINS), title="打开记录、下载附件"),
    Access("PreviewView",       tuple(x for x in r.ALL if x not in r.THREE_ADMINS), title="在线预览"),
    Access("DeclareView",       (r.APPLICANT,)),
    Access("UploadView",        (r.APPLICANT,), title="上传申报材料"),
    Access("LibraryView",       (r.APPLICANT,),                         (r.APPLICANT,)),
    Access("GuidedView",        (r.APPLICANT,), title="引导选择"),
    Access("UnitDeskScreen",    r.RECOMMENDERS),
    Access("UnitPublicityScreen", r.RECOMMENDERS,                       r.RECOMMENDERS),
    Access("RecommendScreen",   r.RECOMMENDERS),
    Access("SuperiorAuditScreen", (r.BUREAU_OFFICER,)),
    Access("AuditScreen",       (r.DISTRICT_OFFICER, r.CITY_OFFICER, r.HRSS_AUDIT)),
    Access("RecheckScreen",     (r.COMMITTEE_OFFICE,)),
    Access("PaperPileScreen",   CLERKS,                                 CLERKS),
    Access("ComparisonView",    tuple(dict.fromkeys((*r.RECOMMENDERS, *r.AUDITORS, r.COMMITTEE_OFFICE))), title="线上线下比对"),
    Access("RecognitionView",   tuple(dict.fromkeys((r.APPLICANT, *r.RECOMMENDERS, *r.AUDITORS, r.COMMITTEE_OFFICE))), title="识读核对"),
    Access("CorrectionListView", tuple(dict.fromkeys((*r.RECOMMENDERS, *r.AUDITORS, r.COMMITTEE_OFFICE))), title="逐项告知"),
    Access("CorrectionAnswerView", (r.APPLICANT,), title="补正答复"),
    Access("PlanScreen",        (r.COMMITTEE_OFFICE,),                  (r.COMMITTEE_OFFICE,), ("can_detach",)),
    Access("DrawPlanScreen",    (r.COMMITTEE_OFFICE, r.HRSS_AUDIT, r.SUPERVISOR), (r.HRSS_AUDIT, r.SUPERVISOR), ("can_freeze",)),
    Access("DrawScreen",        (r.COMMITTEE_OFFICE, r.HRSS_AUDIT, r.SUPERVISOR), (r.HRSS_AUDIT, r.SUPERVISOR), ("can_act", "can_calls", "can_files", "can_file"), title="抽取评委"),
    Access("SessionScreen",     (r.COMMITTEE_OFFICE, r.HRSS_AUDIT, r.SUPERVISOR), (r.COMMITTEE_OFFICE, r.SUPERVISOR), ("can_act",)),
    Access("InterviewScreen",   (r.COMMITTEE_OFFICE,),                  (r.COMMITTEE_OFFICE,), ("can_schedule", "can_notify")),
    Access("PollScreen",        (r.COMMITTEE_OFFICE, r.HRSS_AUDIT, r.SUPERVISOR)),
    Access("ResultScreen",      (r.COMMITTEE_OFFICE, r.HRSS_AUDIT, r.SUPERVISOR), (r.COMMITTEE_OFFICE,), ("can_act",)),
    Access("ResultPublicityScreen", (r.COMMITTEE_OFFICE, r.HRSS_AUDIT, r.SUPERVISOR), (r.COMMITTEE_OFFICE,), ("can_act",)),
    Access("FilingScreen",      (r.COMMITTEE_OFFICE,),                  (r.COMMITTEE_OFFICE,)),
    Access("CheckInView",       (r.EXPERT,)),
    Access("MaterialReviewScreen", (r.EXPERT,)),
    Access("MaterialScoreScreen", (r.EXPERT,)),
    Access("InterviewScoreScreen", (r.EXPERT,)),
    Access("OpinionScreen",     (r.EXPERT,)),
    Access("BoothView",         (r.EXPERT,)),
    Access("RelationView",      (r.COMMITTEE_OFFICE, r.HRSS_AUDIT, r.EXPERT), (r.HRSS_AUDIT,), ("can_end",)),
    Access("ExpertScreen",      (r.COMMITTEE_OFFICE, r.HRSS_AUDIT, r.SUPERVISOR), (r.COMMITTEE_OFFICE,)),
    Access("BatchScreen",       (r.COMMITTEE_OFFICE,),                  (r.COMMITTEE_OFFICE,)),
    Access("OfficeBatchScreen", (r.HRSS_CONFIG,),                       (r.HRSS_CONFIG,)),
    Access("PlanAuditScreen",   (r.HRSS_AUDIT,)),
    Access("SpecialPlanAuditScreen", (r.HRSS_SPECIAL,)),
    Access("PlanSearchScreen",  (*r.HRSS, r.LEADER, r.SUPERVISOR)),
    Access("InterviewNoticeView", (r.APPLICANT,)),
    Access("DeclarationSearchScreen", (r.UNIT_OFFICER, r.BUREAU_OFFICER)),
    Access("TrailScreen",       (r.DISTRICT_OFFICER, r.CITY_OFFICER, *r.HRSS, r.LEADER, r.SUPERVISOR)),
    Access("ObjectionScreen",   (*r.RECOMMENDERS, r.COMMITTEE_OFFICE, r.HRSS_AUDIT, r.SUPERVISOR), (*r.RECOMMENDERS, r.COMMITTEE_OFFICE, r.HRSS_AUDIT, r.SUPERVISOR)),
    Access("AppealScreen",      (r.COMMITTEE_OFFICE, r.HRSS_AUDIT, r.SUPERVISOR)),
    Access("MyAppealScreen",    (r.APPLICANT,),                         (r.APPLICANT,)),
    Access("QuotaScreen",       (r.UNIT_OFFICER, r.BUREAU_OFFICER),     (r.UNIT_OFFICER, r.BUREAU_OFFICER)),
    Access("QuotaAuditScreen",  (r.BUREAU_OFFICER, r.DISTRICT_OFFICER, r.CITY_OFFICER, r.HRSS_AUDIT)),
    Access("QuotaSearchScreen", (r.DISTRICT_OFFICER, r.CITY_OFFICER, *r.HRSS, r.LEADER, r.SUPERVISOR)),
    Access("PathConfirmScreen", (*r.RECOMMENDERS, r.HRSS_AUDIT)),
    Access("RegistrationScreen", (r.BUREAU_OFFICER, r.DISTRICT_OFFICER, r.CITY_OFFICER, r.HRSS_CONFIG)),
    Access("NoticeScreen",      tuple(x for x in r.ALL if x not in (r.SYSTEM_ADMIN, r.SECURITY_ADMIN))),
    Access("MyCertificateScreen", (r.APPLICANT,)),
    Access("EndorsementScreen", (r.APPLICANT,),                         (r.APPLICANT,)),
    Access("SigningScreen",     (*r.RECOMMENDERS, r.COMMITTEE_OFFICE, r.HRSS_AUDIT)),
    Access("PhraseScreen",      (*CLERKS, r.HRSS_CONFIG),               (*CLERKS, r.HRSS_CONFIG)),
    Access("DelegationScreen",  CLERKS,                                 CLERKS),
    Access("CommitteePathScreen", (r.COMMITTEE_OFFICE,),                (r.COMMITTEE_OFFICE,)),
    Access("SpecialtyScreen",   (r.HRSS_CONFIG,),                       (r.HRSS_CONFIG,), ("can_move", "can_retire")),
    Access("TitleScreen",       (r.HRSS_CONFIG,),                       (r.HRSS_CONFIG,), ("can_move", "can_retire")),
    Access("ConditionScreen",   (r.HRSS_CONFIG, r.HRSS_AUDIT),          (r.HRSS_CONFIG,)),
    Access("ExclusionScreen",   (r.HRSS_CONFIG, r.HRSS_AUDIT),          (r.HRSS_CONFIG,)),
    Access("FormEditionScreen", (r.HRSS_CONFIG, r.HRSS_AUDIT),          (r.HRSS_CONFIG,)),
    Access("FormRuleScreen",    (r.HRSS_CONFIG, r.HRSS_AUDIT),          (r.HRSS_CONFIG,)),
    Access("ExaminedTitleScreen", (r.HRSS_CONFIG, r.HRSS_AUDIT),        (r.HRSS_CONFIG,)),
    Access("OpenToMeView",      (r.APPLICANT, *r.RECOMMENDERS)),
    Access("OrganisationScreen", (r.HRSS_CONFIG, r.HRSS_AUDIT),         (r.HRSS_CONFIG,)),
    Access("IssuerScreen",      (r.HRSS_CONFIG, r.HRSS_CERT),           (r.HRSS_CONFIG,)),
    Access("CommitteeScreen",   (r.HRSS_CONFIG, r.HRSS_AUDIT),          (r.HRSS_CONFIG,)),
    Access("CommitteeSearchScreen", (r.DISTRICT_OFFICER, r.CITY_OFFICER, *r.HRSS, r.LEADER, r.SUPERVISOR)),
    Access("SettingView",       (r.HRSS_CONFIG, r.HRSS_AUDIT, r.SUPERVISOR, r.SECURITY_ADMIN, r.AUDIT_ADMIN), (r.HRSS_CONFIG, r.SECURITY_ADMIN), ("can_change",)),
    Access("WordingView",       (r.HRSS_CONFIG,),                       (r.HRSS_CONFIG,), ("can_word",)),
    Access("CalendarDayScreen", (r.HRSS_CONFIG,),                       (r.HRSS_CONFIG,)),
    Access("CalendarYearScreen", (r.HRSS_CONFIG,),                      (r.HRSS_CONFIG,), ("can_announce",)),
    Access("AcceptanceScreen",  (r.HRSS_CONFIG,),                       (r.HRSS_CONFIG,)),
    Access("InitialPathScreen", (r.HRSS_CONFIG,),                       (r.HRSS_CONFIG,)),
    Access("RecognitionPathScreen", (r.HRSS_CONFIG,),                   (r.HRSS_CONFIG,)),
    Access("JuniorPathScreen",  (r.HRSS_CONFIG,),                       (r.HRSS_CONFIG,)),
    Access("IntermediatePathScreen", (r.HRSS_CONFIG,),                  (r.HRSS_CONFIG,)),
    Access("SeniorPathScreen",  (r.HRSS_CONFIG,),                       (r.HRSS_CONFIG,)),
    Access("ImportScreen",      IMPORTERS,                              IMPORTERS),
    Access("JobScreen",         tuple(x for x in r.ALL if x != r.AUDIT_ADMIN)),
    Access("PathPreviewView",   (r.HRSS_CONFIG, r.HRSS_AUDIT, r.SUPERVISOR)),
    Access("PathCheckView",     (r.HRSS_CONFIG, r.HRSS_AUDIT, r.SUPERVISOR)),
    Access("PathDraftScreen",   (r.HRSS_CONFIG, r.SUPERVISOR),          (r.HRSS_CONFIG,), ("can_act",)),
    Access("PathMigrateView",   (r.HRSS_CONFIG,)),
    Access("FilingAuditScreen", (r.HRSS_AUDIT, r.HRSS_CERT, r.SUPERVISOR)),
    Access("CertificateNumberScreen", (r.HRSS_CERT, r.SUPERVISOR),      (r.HRSS_CERT,), ("can_act",)),
    Access("CertificateIssueScreen", (r.HRSS_CERT,)),
    Access("CertificateReportScreen", (r.HRSS_CERT,)),
    Access("CertificateRevokeScreen", (r.HRSS_CERT, r.HRSS_AUDIT)),
    Access("CertificateSearchScreen", (*r.HRSS, r.SUPERVISOR)),
    Access("UnitCertificateScreen", (*r.RECOMMENDERS, r.COMMITTEE_OFFICE)),
    Access("BlacklistScreen",   (r.HRSS_AUDIT, r.HRSS_CERT, r.HRSS_CONFIG, r.SUPERVISOR), (r.HRSS_AUDIT, r.HRSS_CERT)),
    Access("FirstDayView",      (*r.THREE_ADMINS, *r.HRSS, r.COMMITTEE_OFFICE)),
    Access("AccountScreen",     (r.SYSTEM_ADMIN, r.SECURITY_ADMIN),     (r.SYSTEM_ADMIN,)),
    Access("LetterScreen",      (r.SYSTEM_ADMIN,),                      (r.SYSTEM_ADMIN,), ("can_act", "can_bulk_act")),
    Access("RoleScreen",        (r.SECURITY_ADMIN, r.AUDIT_ADMIN),      (r.SECURITY_ADMIN,), ("can_act",)),
    Access("RoleMatrixView",    (r.SECURITY_ADMIN, r.AUDIT_ADMIN)),
    Access("JournalScreen",     (r.AUDIT_ADMIN,)),
    Access("DashboardView",     r.STATISTICS,                           r.REMINDERS, ("can_remind",)),
    Access("OwnFigureView",     r.STATISTICS),
    Access("ApprovedMapView",   (r.HRSS_CONFIG,),                       (r.HRSS_CONFIG,), ("can_remove",)),
    Access("FrozenFiguresScreen", r.STATISTICS,                         (r.HRSS_CONFIG, r.HRSS_AUDIT), ("can_freeze",)),
]
#: Routes without signing in, each with its reason. An endpoint, or the class name of a screen.
PUBLIC: dict[str, str] = {
    "static":                     "样式、脚本与图标，不含数据",
    "healthz":                    "进程是否应答，供负载均衡探测",
    "readyz":                     "所需服务是否可用，只答是否，供负载均衡探测",
    "rare_font":                  "生僻字的字形，不含数据",
    "metrics":                    "运行指标，只答本机或持令牌者，不含业务数据",
    "FrontDoor.index":            "只转到登录页或工作台",
    "SignInView.login":           "登录",
    "RegisterView.person":        "申报人注册",
    "RegisterView.unit":          "单位注册",
    "RegisterView.rules":         "密码规则与个人信息处理规则",
    "VerifyView.query":           "证书公开查验：三项全对才有结果，姓名和证件号码遮盖",
    "ClauseView.show":             "政策依据：公开文件的条款原文，不含数据",
    "PostedView.show":             "公示页：地址不可猜测，只有 118号 四(二)2 所列内容，期满不再显示",
    "PostedView.objection":        "公示页实名异议：限次、留痕，送受理部门",
    "VerifyView.token":           "证书二维码查验，验证码为 128 位随机数",
}
#: Routes of every signed-in account, whatever its roles, about itself only.
PERSONAL: dict[str, str] = {
    "SignInView.logout":          "退出",
    "SignInView.password":        "修改本人密码",
    "SignInView.second_factor":   "本人动态口令",
    "SignInView.mine":            "我的账号",
    "PersonalFactsView.show":    "本人的个人信息",
    "MessageChoiceView.show":    "本人的消息接收设置",
    "MessageChoiceView.mail":    "本人的电子邮箱：发送确认码",
    "MessageChoiceView.confirm": "本人的电子邮箱：确认",
    "MessageChoiceView.forget":  "本人的电子邮箱：取消",
    "DemoClockView.move":         "演示时钟，仅演示环境存在",
}
# fmt: on
#: Nobody is looked up for these.
ANONYMOUS = {"static", "healthz", "readyz", "metrics"}
#: What an account may reach while it still owes a password or a second factor.
OWING = {"static", "SignInView.logout", "SignInView.password", "SignInView.second_factor", "RegisterView.rules"}


class ProvinceSecurityManager(SecurityManager):
    """Flask-AppBuilder's security without its screens, its commits and its REST services."""

    user_model = Account

    def create_login_manager(self, app: Flask) -> LoginManager:
        """Flask-Login asks `stay.load_account`; nobody is remembered beyond the stay."""
        manager = LoginManager(app)
        manager.login_view = "SignInView.login"
        manager.session_protection = None  # the stay is checked in the database instead
        manager.user_loader(stay.load_account)
        return manager

    def register_views(self) -> None:
        """Signing in and registering are the only security screens; accounts and roles are screens of MENU."""
        self.auth_view = self.appbuilder.add_view_no_menu(SignInView)
        self.appbuilder.add_view_no_menu(RegisterView)

    @staticmethod
    def before_request() -> None:
        """Nothing: `identify` has run before the CSRF check, so that its error page knows who is there."""

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Whether the signed-in account holds the permission: one query per request, kept in `g`."""
        return (permission_name, view_name) in permissions_of(g.get("user"))

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """What is public is listed in PUBLIC, never granted to a role."""
        return False

    def get_user_roles(self, user: Any) -> list[Role]:
        """The account's own roles; groups are not used."""
        return list(user.roles) if user.is_authenticated else []

    def auth_user_db(self, username: str, password: str) -> None:
        """Closed: signing in goes through `views.accounts.sign_in`, which locks, delays and journals."""
        return

    def update_user_auth_stat(self, user: Any, success: bool = True) -> None:
        """Closed: `workflow.accounts.accounts.sign_in` keeps the books within its unit of work."""
        raise RuntimeError("sign in through workflow.accounts.accounts")

    def update_user(self, user: Any) -> None:
        """Closed: accounts change through `workflow.accounts.accounts`."""
        raise RuntimeError("accounts change through workflow.accounts.accounts")

    def add_user(self, *given: Any, **more: Any) -> None:
        """Closed: accounts are made through `workflow.accounts.accounts`."""
        raise RuntimeError("accounts are made through workflow.accounts.accounts")

    reset_password = add_user


def pairs_of(actor: Any) -> set[tuple[str, str]]:
    """(permission, screen) pairs of any account, or of one that is only imagined (a preview of roles before saving)."""
    if isinstance(actor, Account):
        return permissions_of(actor) if actor is g.get("user") else _granted(actor)
    return {(permission, screen) for _role, permission, screen in granted.wanted(actor.roles)}


def permissions_of(user: Any) -> set[tuple[str, str]]:
    """(permission, screen) pairs of the account, read once per request."""
    if user is None or not user.is_authenticated or not user.active:
        return set()
    if "permissions" not in g or g.permissions[0] != user.id:
        g.permissions = (user.id, _granted(user))
    return g.permissions[1]


def _granted(account: Account) -> set[tuple[str, str]]:
    pairs = (
        select(Permission.name, ViewMenu.name)
        .select_from(PermissionView)
        .join(Permission, PermissionView.permission_id == Permission.id)
        .join(ViewMenu, PermissionView.view_menu_id == ViewMenu.id)
        .join(assoc_permissionview_role, assoc_permissionview_role.c.permission_view_id == PermissionView.id)
        .where(assoc_permissionview_role.c.role_id.in_([role.id for role in account.roles]))
    )
    return {(permission, screen) for permission, screen in db.session.execute(pairs)}


# --- the gate ----------------------------------------------------------------------------------------


def screen_of(endpoint: str) -> str:
    """The screen class of an endpoint: `AccountScreen.list` gives `AccountScreen`."""
    return endpoint.partition(".")[0]


def is_public(endpoint: str) -> bool:
    """Whether the route needs no account."""
    return endpoint in PUBLIC or screen_of(endpoint) in PUBLIC


def identify() -> None:
    """`g.user` is the account itself, not a proxy, and is not loaded for files of the style."""
    if request.endpoint not in ANONYMOUS:
        g.user = current_user._get_current_object()


def harden(app: Flask) -> None:
    """Put the gate before every route."""
    app.before_request(gate)


def page_before() -> str | None:
    """The page of ours from which the request came; None where the browser does not say."""
    came = urlsplit(request.referrer or "")
    return came.path if came.netloc == request.host and came.path != url_for("SignInView.login") else None


def gate() -> Any:
    """Closed unless named: public, personal, or a screen of ACCESS (whose methods ask `has_access`)."""
    endpoint = request.endpoint
    if endpoint is None or is_public(endpoint):
        return None
    if not g.user.is_authenticated:
        # who pressed a button after his stay had ended comes back to the page where he pressed it
        asked = request.full_path.rstrip("?") if request.method == "GET" else page_before()
        return redirect(url_for("SignInView.login", next=asked, again=1 if "token" in session else None))
    if owed := owed_page(g.user):
        return None if endpoint in OWING else redirect(url_for(owed))
    if request.method == "POST" and (sentence := row_check.forged_account(db.session, g.user)):
        raise NotYou(sentence)
    if endpoint in PERSONAL or screen_of(endpoint) in {row.screen for row in ACCESS}:
        return None
    abort(404)


def owed_page(account: Account) -> str | None:
    """What an account must do before anything else: the second factor, then a password of its own."""
    if current_app.config["DEMO"]:
        return None
    if current_app.config["SECOND_FACTOR"] and accounts.is_staff(account) and g.stay.second_factor_at is None:
        return "SignInView.second_factor"
    return "SignInView.password" if accounts.password_is_due(db.session, account) else None


# --- ACCESS into Flask-AppBuilder's tables -----------------------------------------------------------

#: Pages without a heading of the menu, the last of every list.
OTHER = "其他"
#: What a page can be ticked for, in words.
TICKS = {OPENS: "查看、办理", EXPORTS: "导出", CHANGES: "新增、修改"}


def name_pages(appbuilder: Any, groups: Mapping[str, str]) -> None:
    """Enter every registered screen of ACCESS into the catalogue of abilities; `groups` are headings of the menu."""
    rows = {row.screen: row for row in ACCESS}
    views = [view for view in appbuilder.baseviews if view.class_permission_name in rows]
    for view in sorted(views, key=lambda view: not groups.get(view.class_permission_name)):
        row = rows[view.class_permission_name]
        held: dict[str, set[tuple[str, str]]] = {}
        for permission in view.base_permissions:
            if permission not in NEVER:
                held.setdefault(row.tick_of(permission), set()).add((permission, row.screen))
        title = str(getattr(view, "title", "") or "") or row.title or row.screen
        for tick in TICKS:
            if tick in held:
                by = tuple(row.changes if tick == CHANGES else row.opens)
                label, group = f"{title}：{TICKS[tick]}", groups.get(row.screen) or OTHER
                know(Ability(f"{PAGE}:{row.screen}.{tick}", label, group, by, frozenset(held[tick])))


def sync_permissions(appbuilder: Any) -> tuple[int, int]:
    """Make Flask-AppBuilder's tables say what ACCESS and the charters of the roles say; (added, removed).

    Standing roles are brought up to date except where the office has adjusted them; made roles stay. Acts as the
    system account.
    """
    system = accounts.install_system_account(db.session)
    return attempt(system, _sync)


def _sync(uow: UnitOfWork) -> tuple[int, int]:
    granted.install_charters(uow)
    added, removed = granted.write_permissions(uow)
    gone = granted.remove_strangers(uow)
    if added or removed or gone:
        uow.record(
            "sync_permissions", "access", label="同步角色与权限", added=added, removed=removed, roles_removed=gone
        )
    return added, removed
