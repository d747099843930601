"""MENU: the whole navigation as one table, and every screen the product has.

A row names group, label and screen; the page of the guide it answers to; and, where work waits, the rows
that wait. Who sees a row follows from what his roles open. A row without a label is a screen without a menu entry.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for
from sqlalchemy import and_, select

from app.security import name_pages, pairs_of
from app.waiting import Waiting, counts
from models.accounts.account import Account
from models.accounts.registration import Registration
from models.awards.appeal import Appeal
from models.awards.certificate import Certificate
from models.awards.filing import Filing
from models.awards.publicity import Objection, Publicity
from models.batches.batch import Batch
from models.committees.committee import Committee
from models.committees.expert import Expert
from models.declarations.declaration import Declaration
from models.declarations.quota import Quota
from models.declarations.signing import Signing
from models.jobs.job import Job
from models.messages.letter import Letter
from models.office.notice import Notice
from models.paths.path import PathNode
from models.register.blacklist import BlacklistEntry
from models.review.ballot import Poll
from models.review.plan import Plan
from models.review.session import InterviewSlot, ReviewSession
from workflow.base import policy
from workflow.base.abilities import as_declared
from workflow.base.reading_keys import Waits
from workflow.base.unit_of_work import asking
from workflow.declarations import desk
from workflow.messages import outbox
from workflow.review import review_desk


@dataclass(frozen=True)
class Entry:
    """One row: where it stands, what it is called, which screen it opens, what waits behind it."""

    group: str
    label: str
    screen: str  #: "views.module:Class"
    guide: str = ""
    count: Waiting | None = None
    query: str = ""  #: conditions in the address, such as "state=submitted"
    name: str = ""  #: the class, filled in at start
    endpoint: str = ""
    permission: str = ""  #: what the page asks for, filled in at start
    number: int = 0

    @property
    def url(self) -> str:
        """Where the entry leads."""
        return url_for(self.endpoint) + (f"?{self.query}" if self.query else "")


def waits(rows: desk.Desk, model: Any = Declaration) -> Waiting:
    """What lies on a desk of `workflow.declarations.desk`, for the badge of its entry.

    By its default every role sees all that lies on its desks; where the office has decided otherwise the row policy
    is asked as well, so that a badge never counts what the list does not show.
    """

    free = not policy.governs(model)

    def ask(account: Account) -> Any:
        lying = desk.waiting(rows, account, asking(account).today)
        if isinstance(lying, Waits):
            return lying.ids
        return select(model.id).where(
            lying if free or as_declared(account) else and_(lying, policy.rows(account, model))
        )

    return ask


#: The groups of the guides, in the order in which the menu shows them.
GROUPS = (
    "",
    "职称申报",
    "职称评审",
    "评委会组建",
    "评委功能",
    "评委会评委管理",
    "职数申报",
    "审核树配置",
    "基础配置",
    "审核路径",
    "审核备案",
    "证书管理",
    "监督管理",
    "统计监管",
    "系统管理",
    "演示",
)

# fmt: off
MENU: list[Entry] = [
    #     group        label            screen                                  guide
    Entry("",          "工作台",        "views.office.home:HomeView"),
    Entry("职称申报",  "职称申报",      "views.declarations.declare:DeclareView",            "附件1 二"),
    Entry("职称申报",  "成果库",        "views.declarations.library:LibraryView"),
    Entry("职称申报",  "我能报什么",    "views.conditions.open_to_me:OpenToMeView"),
    Entry("职称评审",  "单位受理审核",         "views.declarations.unit_desk:UnitDeskScreen",           "118号 四(二)1", waits(desk.unit_desk), "desk=waiting"),
    Entry("职称评审",  "所在单位申报公示",     "views.awards.publicity:UnitPublicityScreen",      "附件2 1.1.1",   waits(desk.posting_desk, Publicity)),
    Entry("职称评审",  "单位推荐上报",         "views.declarations.unit_desk:RecommendScreen",          "附件2 1.1.2",   waits(desk.recommend_desk), "desk=waiting"),
    Entry("职称评审",  "上级单位审核",         "views.declarations.audit:SuperiorAuditScreen",          "附件2 1.1.3",   waits(desk.audit_desk), "desk=waiting"),
    Entry("职称评审",  "申报人员信息查询",     "views.declarations.declaration:DeclarationSearchScreen", "附件2 1.1.4"),
    Entry("职称评审",  "异议核查",             "views.awards.objection:ObjectionScreen",          "118号 六(二)",  waits(desk.objection_desk, Objection)),
    Entry("职称评审",  "复查办理",             "views.awards.appeal:AppealScreen",                "令40号 第二十六条", waits(desk.appeal_desk, Appeal), "desk=waiting"),
    Entry("职称申报",  "申请复查",             "views.awards.appeal:MyAppealScreen",              "令40号 第二十六条"),
    Entry("评委会组建", "职称申报人员资格复核", "views.declarations.recheck:RecheckScreen",              "附件2 1.2.1",   waits(desk.recheck_desk), "desk=waiting"),
    Entry("评委会组建", "评审方案呈报",         "views.review.plan:PlanScreen",                    "附件2 1.2.2",   waits(review_desk.plans_to_file, Plan)),
    Entry("评委会组建", "抽取评委",             "views.review.draw:DrawPlanScreen",                "附件2 1.2.3",   waits(review_desk.plans_to_draw, Plan)),
    Entry("评委会组建", "评审会议",             "views.review.session:SessionScreen",              "118号 五(四)",  waits(review_desk.sessions_running, ReviewSession)),
    Entry("评委会组建", "面试通知",             "views.review.interview:InterviewScreen",          "附件2 1.2.4"),
    Entry("评委会组建", "投票管理",             "views.review.voting:PollScreen",                  "附件2 1.3.4",   waits(review_desk.polls_open, Poll)),
    Entry("评委会组建", "评审结果",             "views.review.result:ResultScreen",                "附件2 1.2.5",   waits(review_desk.results_to_declare, ReviewSession)),
    Entry("评委会组建", "评审结果公示",         "views.review.result:ResultPublicityScreen",       "附件2 1.2.6",   waits(review_desk.results_to_post, Plan)),
    Entry("评委会组建", "评审结果申请备案",     "views.awards.filing:FilingScreen",                "附件2 1.2.7",   waits(review_desk.filings_returned, Filing)),
    Entry("评委功能",  "签到",                 "views.review.scoring:CheckInView",                "附件2 1.3",     waits(review_desk.to_sign_in, ReviewSession)),
    Entry("评委功能",  "材料复审",             "views.review.scoring:MaterialReviewScreen",       "附件2 1.3.1",   waits(review_desk.to_review)),
    Entry("评委功能",  "面试答辩打分",         "views.review.scoring:InterviewScoreScreen",       "附件2 1.3.2",   waits(review_desk.to_score_interview)),
    Entry("评委功能",  "材料打分",             "views.review.scoring:MaterialScoreScreen",        "附件2 1.3.3",   waits(review_desk.to_score_material)),
    Entry("评委功能",  "投票",                 "views.review.voting:BoothView",                   "附件2 1.3.4",   waits(review_desk.to_vote, Poll)),
    Entry("评委功能",  "评审意见",             "views.review.scoring:OpinionScreen",              "附件2 1.3.5",   waits(review_desk.to_comment)),
    Entry("评委会评委管理", "评委申报记录查询", "views.committees.expert:ExpertScreen",                "附件2 1.4.1",   waits(review_desk.experts_to_admit, Expert)),
    Entry("评委会评委管理", "回避关系",         "views.committees.relation:RelationView"),
    Entry("评委会评委管理", "年度批次信息提交", "views.batches.batch:BatchScreen",                  "附件2 1.4.2",   waits(review_desk.batches_to_publish, Batch)),
    Entry("基础配置",  "初定认定批次管理",     "views.batches.batch:OfficeBatchScreen",            "附件3 1.3"),
    Entry("审核备案",  "呈报方案审核",         "views.review.plan:PlanAuditScreen",               "附件3 1.13",    waits(review_desk.normal_plans, Plan)),
    Entry("审核备案",  "呈报方案审核(特殊情况)", "views.review.plan:SpecialPlanAuditScreen",      "附件3 1.14",    waits(review_desk.special_plans, Plan)),
    Entry("审核备案",  "呈报方案查询",         "views.review.plan:PlanSearchScreen",              "附件3 1.23"),
    Entry("职称申报",  "面试通知",             "views.review.interview:InterviewNoticeView",      "附件2 1.2.4",   waits(review_desk.to_confirm, InterviewSlot)),
    Entry("",          "",                     "views.review.draw:DrawScreen"),
    Entry("审核备案",  "职称申报人员资格审核", "views.declarations.audit:AuditScreen",                  "附件3 1.12",    waits(desk.audit_desk), "desk=waiting"),
    Entry("审核备案",  "职称申报审核流程查询", "views.declarations.declaration:TrailScreen",            "附件3 1.24"),
    Entry("职数申报",  "职数申报",             "views.declarations.quota:QuotaScreen",                  "附件2 1.5.1"),
    Entry("职数申报",  "职数审核",             "views.declarations.quota:QuotaAuditScreen",             "附件2 1.5.2",   waits(desk.quota_desk, Quota), "desk=waiting"),
    Entry("职数申报",  "职数申报查询",         "views.declarations.quota:QuotaSearchScreen",            "附件3 1.22"),
    Entry("审核树配置", "审核层级配置单位确认", "views.paths.path_confirm:PathConfirmScreen",     "附件2 1.6.2",   waits(desk.confirm_desk, PathNode)),
    Entry("审核树配置", "单位注册核验",         "views.register.registration:RegistrationScreen", "",              waits(desk.registration_desk, Registration), "desk=waiting"),
    Entry("",          "消息",                 "views.office.notice:NoticeScreen",                "",              waits(desk.inbox, Notice)),
    Entry("审核备案",  "纸质材料接收",         "views.declarations.paper_pile:PaperPileScreen",       "118号 一"),
    Entry("审核备案",  "负责人签署",           "views.declarations.signing:SigningScreen",        "118号 四(二)3", waits(desk.signing_desk, Signing), "desk=waiting"),
    Entry("审核备案",  "常用语",               "views.declarations.phrase:PhraseScreen",          "118号 四(三)"),
    Entry("审核备案",  "委托办理",             "views.accounts.delegation:DelegationScreen",      "118号 四(二)3"),
    Entry("职称申报",  "破格推荐",             "views.declarations.endorsement:EndorsementScreen"),
    Entry("职称申报",  "我的证书",             "views.awards.certificate:MyCertificateScreen",    "附件1 三"),
    Entry("审核树配置", "评委会下级单位管理",   "views.paths.path:CommitteePathScreen",           "附件2 1.6.1"),
    Entry("基础配置",  "职称专业管理",         "views.committees.catalogue:SpecialtyScreen",          "附件3 1.1"),
    Entry("基础配置",  "职称树管理",           "views.committees.catalogue:TitleScreen",              "附件3 1.2"),
    Entry("基础配置",  "申报条件",             "views.conditions.condition:ConditionScreen",      "118号 三(一)"),
    Entry("基础配置",  "不得申报情形",         "views.conditions.condition:ExclusionScreen",      "令40号 第十二条"),
    Entry("基础配置",  "以考代评",             "views.conditions.condition:ExaminedTitleScreen"),
    Entry("基础配置",  "申报表版本",           "views.forms.edition:FormEditionScreen",           "118号 四(一)"),
    Entry("基础配置",  "申报表规则",           "views.forms.rule:FormRuleScreen",                 "118号 四(一)"),
    Entry("基础配置",  "机构管理",             "views.register.organisation:OrganisationScreen"),
    Entry("基础配置",  "发证单位编码配置",     "views.awards.issuer:IssuerScreen",                "附件3 1.9"),
    Entry("基础配置",  "评委会管理",           "views.committees.committee:CommitteeScreen",          "附件3 1.10",    waits(desk.committee_desk, Committee)),
    Entry("基础配置",  "评委会查询",           "views.committees.committee:CommitteeSearchScreen",    "附件3 1.11"),
    Entry("基础配置",  "规则参数",             "views.office.setting:SettingView"),
    Entry("基础配置",  "消息文本",             "views.messages.wording:WordingView"),
    Entry("基础配置",  "工作日历",             "views.office.work_calendar:CalendarDayScreen"),
    Entry("基础配置",  "工作日历年度",         "views.office.work_calendar:CalendarYearScreen"),
    Entry("基础配置",  "导入批次",             "views.imports.import_batch:ImportScreen"),
    Entry("系统管理",  "后台任务",             "views.jobs.job:JobScreen",                      "",              waits(desk.job_desk, Job)),
    Entry("审核路径",  "职称初定/认定受理机构管理", "views.paths.acceptance:AcceptanceScreen",   "附件3 1.3"),
    Entry("审核路径",  "职称初定审核路径配置", "views.paths.path:InitialPathScreen",             "附件3 1.4"),
    Entry("审核路径",  "职称认定审核路径配置", "views.paths.path:RecognitionPathScreen",         "附件3 1.5"),
    Entry("审核路径",  "初评会审核路径配置",   "views.paths.path:JuniorPathScreen",              "附件3 1.6"),
    Entry("审核路径",  "中评会审核路径配置",   "views.paths.path:IntermediatePathScreen",        "附件3 1.7"),
    Entry("审核路径",  "高评会审核路径配置",   "views.paths.path:SeniorPathScreen",              "附件3 1.8"),
    Entry("审核路径",  "路径预览",             "views.paths.path_preview:PathPreviewView"),
    Entry("审核路径",  "审核路径体检",         "views.paths.path_check:PathCheckView"),
    Entry("审核路径",  "审核路径推演",         "views.paths.path_draft:PathDraftScreen"),
    Entry("审核路径",  "路径迁移",             "views.paths.path_migrate:PathMigrateView"),
    Entry("审核备案",  "职称评审结果备案",     "views.awards.filing_audit:FilingAuditScreen",     "附件3 1.15",    waits(desk.filing_desk, Filing), "state=submitted"),
    Entry("证书管理",  "证书编号生成",         "views.awards.certificate_number:CertificateNumberScreen", "附件3 1.16"),
    Entry("证书管理",  "证书发放",             "views.awards.certificate_issue:CertificateIssueScreen", "附件3 1.17", waits(desk.issue_desk), "issued=no"),
    Entry("证书管理",  "证书报送人社部",       "views.awards.certificate_report:CertificateReportScreen", "附件3 1.18", waits(desk.report_desk, Certificate), "desk=waiting"),
    Entry("证书管理",  "证书撤销",             "views.awards.certificate:CertificateRevokeScreen", "附件3 1.19"),
    Entry("证书管理",  "证书查询",             "views.awards.certificate:CertificateSearchScreen", "附件3 1.20"),
    Entry("证书管理",  "证书查询",             "views.awards.certificate:UnitCertificateScreen",  "附件2 1.7.1"),
    Entry("监督管理",  "黑名单管理",           "views.register.blacklist:BlacklistScreen",          "附件3 1.21",    waits(desk.blacklist_desk, BlacklistEntry)),
    Entry("统计监管",  "统计看板",      "views.statistics.dashboard:DashboardView"),
    Entry("统计监管",  "时点数据",      "views.statistics.frozen_figures:FrozenFiguresScreen"),
    Entry("统计监管",  "标准地图",      "views.statistics.approved_map:ApprovedMapView"),
    Entry("系统管理",  "开通向导",      "views.office.first_day:FirstDayView"),
    Entry("",          "",              "views.statistics.own:OwnFigureView"),
    Entry("系统管理",  "账号管理",      "views.accounts.accounts:AccountScreen"),
    Entry("系统管理",  "外发消息",      "views.messages.letter:LetterScreen",            "",              waits(outbox.stuck, Letter), "state=given_up"),
    Entry("系统管理",  "角色与权限",    "views.accounts.role:RoleScreen"),
    Entry("系统管理",  "权限总表",      "views.accounts.role_matrix:RoleMatrixView"),
    Entry("系统管理",  "审计日志",      "views.office.journal:JournalScreen"),
    # screens without a menu entry
    Entry("",          "",              "views.messages.choice:MessageChoiceView"),
    Entry("",          "",              "views.accounts.personal:PersonalFactsView"),
    Entry("",          "",              "views.screens.lookup:LookupView"),
    Entry("",          "",              "views.office.list_choice:ListChoiceView"),
    Entry("",          "",              "views.storage.records:RecordView"),
    Entry("",          "",              "views.storage.preview:PreviewView"),
    Entry("",          "",              "views.materials.uploads:UploadView"),
    Entry("",          "",              "views.declarations.comparison:ComparisonView"),
    Entry("",          "",              "views.declarations.recognition:RecognitionView"),
    Entry("",          "",              "views.declarations.correction_list:CorrectionListView"),
    Entry("",          "",              "views.declarations.correction_answer:CorrectionAnswerView"),
    Entry("",          "",              "views.awards.verify:VerifyView"),
    Entry("",          "",              "views.awards.posted:PostedView"),
    Entry("",          "",              "views.declarations.guided:GuidedView"),
    Entry("",          "",              "views.office.clauses:ClauseView"),
    Entry("",          "",              "views.office.demo_clock:DemoClockView"),
]
# fmt: on
_entries: list[Entry] = []


def build_menu(appbuilder: Any) -> None:
    """Import and register every screen of MENU."""
    _entries.clear()
    for entry in MENU:
        module, _, name = entry.screen.partition(":")
        view = appbuilder.add_view_no_menu(getattr(importlib.import_module(module), name))
        view.title = getattr(view, "title", "") or entry.label
        endpoint = f"{view.endpoint}.{view.default_view}"
        asked = getattr(getattr(view, view.default_view, None), "_permission_name", "")
        made = replace(entry, name=name, endpoint=endpoint, permission=f"can_{asked}", number=len(_entries))
        _entries.append(made)
    name_pages(appbuilder, {entry.name: entry.group for entry in reversed(_entries) if entry.label})


def entries_of(account: Any) -> list[Entry]:
    """The rows whose screen the account may open, in the order of MENU."""
    held = pairs_of(account)
    return [entry for entry in _entries if entry.label and (entry.permission, entry.name) in held]


def labels_for(account: Any) -> list[tuple[str, list[str]]]:
    """The menu of anybody, in words: for showing what an account, or one only imagined, would see."""
    groups: dict[str, list[str]] = {}
    for entry in entries_of(account):
        groups.setdefault(entry.group, []).append(entry.label)
    return sorted(groups.items(), key=lambda item: GROUPS.index(item[0]) if item[0] in GROUPS else len(GROUPS))


def menu_for(account: Account) -> list[tuple[str, list[tuple[str, str, int]]]]:
    """Groups of (label, address, what waits); all counts of the page are one statement."""
    groups: dict[str, list[tuple[str, str, int]]] = {}
    entries = entries_of(account)
    counts = counts_of(account, entries)
    for entry in entries:
        groups.setdefault(entry.group, []).append((entry.label, entry.url, counts.get(entry.number, 0)))
    return sorted(groups.items(), key=lambda item: GROUPS.index(item[0]) if item[0] in GROUPS else len(GROUPS))


def counts_of(account: Account, entries: list[Entry]) -> dict[int, int]:
    """How much waits behind each entry."""
    return counts(account, {entry.number: entry.count for entry in entries if entry.count})
