"""规则参数: every number a rule uses, with its default, its bounds and the clause it comes from.

`value(session, name)` answers what counts now; `change(uow, name, value)` is the only way to alter it, within the
bounds, journalled: the 省厅配置岗 sets what the business counts with, the 安全管理员 what keeps accounts safe. What the
machine needs is in app/config.py; what the law fixes without leaving a choice (two thirds, an odd number, no second
vote) is in the rules themselves.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.office.setting import Setting as StoredSetting
from workflow.base.abilities import Ability, verb
from workflow.base.errors import Refused
from workflow.base.remembered import remembered
from workflow.base.roles import HRSS_CONFIG, SECURITY_ADMIN
from workflow.base.unit_of_work import UnitOfWork

ADJUST = verb("setting.adjust", "调整规则参数", "规则参数", HRSS_CONFIG)
SECURE = verb("setting.secure", "调整安全参数", "规则参数", SECURITY_ADMIN)

Value = int | str | bool
TRUE, FALSE = "1", "0"

#: What a certificate number is made of: a pattern without one of them stops every certificate weeks later.
PATTERN_PARTS = re.compile(r"\{[^{}]*\}?|\}")
PATTERN = ["{grade}", "{series}", "{year}", "{way}", "{issuer}", "{serial}"]


@dataclass(frozen=True)
class Setting:
    """One rule parameter. `kind`: int, percent, bool, text, or day (a day of every year, MM-DD)."""

    name: str
    label: str
    kind: str
    default: Value
    lowest: int | None = None
    highest: int | None = None
    clause: str = ""
    group: str = ""

    @property
    def ability(self) -> Ability:
        """Who sets it: lock-out, password and length of a stay belong to the 安全管理员 (GB/T 22239-2019 8.1.4.2)."""
        return SECURE if self.group == SAFETY else ADJUST

    def parse(self, given: Value) -> Value:
        """The typed value of what was typed or stored; refused with a sentence at the field `value`."""
        text = FALSE if given is False else TRUE if given is True else str(given).strip()
        match self.kind:
            case "int" | "percent":
                return self._number(text)
            case "bool":
                if text in (TRUE, FALSE):
                    return text == TRUE
                raise Refused(f"{self.label}只能是“是”或“否”。", field="value")
            case "day":
                return self._day(text)
        if not text or len(text) > 2000:
            raise Refused(f"{self.label}应为 1 至 2000 字。", field="value")
        if self.name == "number_pattern" and PATTERN_PARTS.findall(text) != PATTERN:
            named = "".join(PATTERN)
            raise Refused(f"{self.label}须依次含 {named} 各一次，其间可加固定字符，现为“{text[:60]}”。", field="value")
        return text

    def _number(self, text: str) -> int:
        text = unicodedata.normalize("NFKC", text)
        unit = "%" if self.kind == "percent" else ""
        if not re.fullmatch(r"-?[0-9]{1,9}", text):
            raise Refused(f"{self.label}应为整数，现为“{text[:20]}”。", field="value")
        number = int(text)
        basis = f"（{self.clause}）" if self.clause else ""
        if self.lowest is not None and number < self.lowest:
            raise Refused(f"{self.label}不得低于 {self.lowest}{unit}{basis}，现为 {number}{unit}。", field="value")
        if self.highest is not None and number > self.highest:
            raise Refused(f"{self.label}不得高于 {self.highest}{unit}{basis}，现为 {number}{unit}。", field="value")
        return number

    def _day(self, text: str) -> str:
        text = unicodedata.normalize("NFKC", text)
        try:
            if re.fullmatch(r"[0-9]{2}-[0-9]{2}", text) and date.fromisoformat(f"2023-{text}"):
                return text  # held against a common year: 02-29 does not come every year
        except ValueError:
            pass
        raise Refused(f"{self.label}应为每年都有的月-日，如 08-15，现为“{text[:20]}”。", field="value")

    def shown(self, value: Value) -> str:
        """The value as people read it."""
        return (
            ("是" if value else "否") if self.kind == "bool" else f"{value}%" if self.kind == "percent" else str(value)
        )

    def stored(self, value: Value) -> str:
        """The text kept in the table."""
        return FALSE if value is False else TRUE if value is True else str(value)


# fmt: off
TERMS, NUMBERS, COMMITTEES, CONDITIONS, REVIEW, CERTIFICATES, FILES, SAFETY = (
    "办理时限", "职数与比例", "评委会与专家", "申报条件", "评审", "证书与诚信", "文件", "账号安全")
SETTINGS: tuple[Setting, ...] = (
    #       name                             label                                     kind      default  lowest highest clause                      group
    Setting("publicity_days",                "公示期（工作日）",                         "int",     5,       5,    60,   "118号 六(一)",              TERMS),
    Setting("result_publicity_within",       "投票结束后几个工作日内公示结果",             "int",     3,       1,    3,    "118号 六(一)",              TERMS),
    Setting("filing_after_vote",             "备案时间为投票日加几个工作日",               "int",     5,       5,    60,   "118号 二(四)",              TERMS),
    Setting("filing_within",                 "评审结束后几个工作日内备案",                 "int",     15,      1,    15,   "118号 六(二)",              TERMS),
    Setting("plan_lead_days",                "评审方案报备提前（工作日）",                 "int",     10,      10,   60,   "118号 五(一)",              TERMS),
    Setting("plan_lead_days_institutes",     "高校、医院评审方案报备提前（工作日）",        "int",     5,       5,    60,   "118号 五(一)",              TERMS),
    Setting("draw_lead_days",                "评委抽取在开评前几天",                      "int",     1,       1,    1,    "118号 五(二)",              TERMS),
    Setting("senior_audit_by",               "高评会线上审核截止（含）",                   "day",     "09-28", clause="118号 二(一)",             group=TERMS),
    Setting("vote_by",                       "原则上最迟投票日（含）",                     "day",     "12-24", clause="118号 二(四)",             group=TERMS),
    Setting("quota_special_by",              "特殊情况评审职数申报截止",                   "day",     "07-20", clause="118号 三(二)2",            group=TERMS),
    Setting("quota_audit_by",                "年度评审职数审核截止",                      "day",     "08-15", clause="118号 三(二)1",            group=TERMS),
    Setting("correction_days",               "一次性补正期限（工作日）",                   "int",     5,       1,    60,   "118号 四(三)",              TERMS),
    Setting("pass_down_days",                "退回件逐级转交期限（工作日）",                "int",     2,       1,    10,   "附件3 1.12.3",              TERMS),
    Setting("delegation_days",               "委托办理最长天数",                           "int",     30,      1,    365,  group=TERMS),
    Setting("appeal_days",                   "申请复查期限（告知结果后工作日）",            "int",     10,      1,    60,   "令40号 第二十六条",          TERMS),
    Setting("complaint_days",                "异议、投诉答复期限（工作日）",                "int",     10,      1,    60,   "118号 五(四)",            TERMS),
    Setting("fast_return",                   "退回直达申报人（新建审核路径的默认值）",      "bool",    False,   clause="附件3 1.12.3",            group=TERMS),

    Setting("quota_factor",                  "差额推荐系数（%，新建批次的默认值）",         "percent", 150,     100,  300,  "118号 三(二)1",             NUMBERS),
    Setting("full_ratio",                    "正高级评审通过比例控制（%）",                "percent", 40,      1,    100,  "118号 五(三)",              NUMBERS),
    Setting("associate_ratio",               "副高级评审通过比例控制（%）",                "percent", 55,      1,    100,  "118号 五(三)",              NUMBERS),
    Setting("township_years",                "乡镇专技岗位累计服务年限",                   "int",     20,      20,   40,   "118号 三(二)2(3)",          NUMBERS),
    Setting("service_years",                 "扎根基层青年博士签约服务期（年）",            "int",     5,       5,    30,   "118号 三(二)2(3)",          NUMBERS),

    Setting("committee_size_series",         "高评会按系列组建最少人数",                   "int",     25,      11,   99,   "令40号 第九条",              COMMITTEES),
    Setting("committee_size_specialty",      "高评会按专业组建最少人数",                   "int",     11,      5,    99,   "令40号 第九条",              COMMITTEES),
    Setting("intermediate_size_series",      "中评会按系列组建最少人数",                   "int",     15,      5,    99,   "",                  COMMITTEES),
    Setting("intermediate_size_specialty",   "中评会按专业组建最少人数",                   "int",     7,       5,    99,   "",                  COMMITTEES),
    Setting("junior_size",                   "初评会最少人数",                            "int",     7,       5,    99,   "",                  COMMITTEES),
    Setting("committee_years",               "评委会核准备案有效期最长（年）",              "int",     3,       1,    3,    "令40号 第八条",              COMMITTEES),
    Setting("committee_warn_days",           "评委会到期提前提醒（天）",                   "int",     90,      30,   365,  "令40号 第八条",              COMMITTEES),
    Setting("committee_last_warn_days",      "评委会到期再次提醒（天）",                   "int",     30,      1,    90,   "令40号 第八条",              COMMITTEES),
    Setting("expert_years",                  "评审专家聘期最长（年）",                     "int",     3,       1,    3,    "令40号 第十条",              COMMITTEES),
    Setting("group_size",                    "评议组最少人数",                            "int",     3,       3,    25,   "令40号 第二十条",            COMMITTEES),

    Setting("one_per_year",                  "每人每年限报一项（新建批次的默认值）",         "bool",    True,    group=CONDITIONS),
    Setting("transfer_years",                "转评须在新岗位工作满（年）",                 "int",     1,       1,    5,    "118号 八(二)",              CONDITIONS),
    Setting("posted_years",                  "派驻人员连续工作满（年）",                   "int",     1,       1,    5,    "118号 四(一)1",             CONDITIONS),
    Setting("recommenders",                  "破格申报须正高级推荐人数",                   "int",     2,       2,    5,    "人社厅发〔2022〕60号",        CONDITIONS),
    Setting("recognition_publicity",         "初定、认定须单位公示（新建受理机构的默认值）",  "bool",    True,    clause="令40号 第十六条",          group=CONDITIONS),

    Setting("recused_in_denominator",        "回避专家计入出席人数（新建方案的默认值）",     "bool",    True,    clause="令40号 第十八条",          group=REVIEW),
    Setting("ballot_minimum",                "无记名表决最少出席人数和票数",               "int",     5,       5,    25,   "令40号 第十九条",                  REVIEW),
    Setting("interview_break_from",          "面试午休开始（时）",                         "int",     12,      11,   13,   "118号 五(四)",              REVIEW),
    Setting("interview_break_until",         "面试午休结束（时）",                         "int",     13,      12,   15,   "118号 五(四)",              REVIEW),
    Setting("interview_day_ends",            "当天面试最迟结束（时）",                     "int",     18,      16,   21,   "118号 五(四)",              REVIEW),
    Setting("item_weight_highest",           "单个打分项目权重上限（%）",                  "percent", 50,      10,   100,  "118号 五(三)",              REVIEW),
    Setting("weight_highest",                "学历、论文、奖励类项目权重上限（%）",         "percent", 30,      5,    100,  "118号 五(三)",              REVIEW),

    Setting("number_pattern",                "证书编号样式",                              "text",    "{grade}{series}{year}{way}{issuer}{serial}", clause="证书编号规则", group=CERTIFICATES),
    Setting("certificate_serial_last",       "同一编号前缀最大序号",                       "int",     9999,    1,    9999, "证书编号规则",               CERTIFICATES),
    Setting("blacklist_years",               "失信记录期限（年）",                         "int",     3,       3,    3,    "118号 七(一)",              CERTIFICATES),

    Setting("upload_max_mb",                 "上传文件大小上限（MB）",                     "int",     20,      1,    50,   "",                          FILES),
    Setting("upload_waiting_mb",             "每人未传完和待合并文件合计上限（MB）",        "int",     300,     50,   2000, "",                          FILES),
    Setting("upload_kept_days",              "未传完和待合并文件保留天数",                  "int",     7,       1,    60,   "",                          FILES),
    Setting("session_idle_minutes_staff",    "工作人员无操作自动退出（分钟）",              "int",     15,      5,    60,   "GB/T 22239 8.1.4.1",        SAFETY),
    Setting("session_idle_minutes_applicant", "申报人无操作自动退出（分钟）",               "int",     30,      5,    120,  "GB/T 22239 8.1.4.1",        SAFETY),
    Setting("session_hours",                 "登录最长有效（小时）",                       "int",     8,       1,    12,   "GB/T 22239 8.1.4.1",        SAFETY),
    Setting("lock_after_failures",           "连续登录失败几次后锁定",                     "int",     5,       3,    10,   "GB/T 22239 8.1.4.1",        SAFETY),
    Setting("lock_minutes",                  "锁定时长（分钟）",                          "int",     15,      5,    1440, "GB/T 22239 8.1.4.1",        SAFETY),
    Setting("password_min_length",           "密码最短长度",                              "int",     12,      12,   64,   "GB/T 22239 8.1.4.1",        SAFETY),
    Setting("password_max_age_days",         "工作人员密码更换周期（天）",                 "int",     90,      30,   365,  "GB/T 22239 8.1.4.1",        SAFETY),
    Setting("password_history",              "新密码不得与前几次相同",                     "int",     5,       1,    24,   "GB/T 22239 8.1.4.1",        SAFETY),
)
# fmt: on
_BY_NAME = {setting.name: setting for setting in SETTINGS}


def setting(name: str) -> Setting:
    """The declared parameter of that name."""
    return _BY_NAME[name]


def _load(session: Session) -> dict[str, str]:
    return {row.name: row.value for row in session.execute(select(StoredSetting.name, StoredSetting.value))}


def value(session: Session, name: str) -> Any:
    """What counts now, typed by the parameter's kind: the office's value, else the default."""
    declared = _BY_NAME[name]
    stored = remembered(session, _load).get(name)
    return declared.default if stored is None else declared.parse(stored)


def day_of(session: Session, name: str, year: int) -> date:
    """The day of that year a parameter of kind `day` names."""
    return date.fromisoformat(f"{year:04d}-{value(session, name)}")


def change(uow: UnitOfWork, name: str, given: Value) -> Value:
    """规则参数调整: whose it is sets a parameter within its bounds; the same value again changes nothing.

    Takes what was typed, gives the typed value. Refused: another role, an unknown name, a value outside.
    """
    if name not in _BY_NAME:
        uow.lead(ADJUST)
        raise Refused(f"没有名为“{name}”的规则参数，请从列表中选择。", field="name")
    declared = _BY_NAME[name]
    uow.lead(declared.ability)
    after, before = declared.parse(given), value(uow.session, name)
    if after == before:
        return after
    row = uow.session.scalar(select(StoredSetting).filter_by(name=name))
    if row is None:
        row = StoredSetting(name=name)
        uow.session.add(row)
    row.value = declared.stored(after)
    uow.session.flush()
    uow.record(
        "change_setting",
        row,
        label="调整规则参数",
        name=name,
        title=declared.label,
        was=declared.stored(before),
        now=declared.stored(after),
        opinion=f"{declared.shown(before)} → {declared.shown(after)}",
    )
    return after
