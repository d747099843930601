"""审计日志 in words of the office: what was done, to which record, and each fact by its label.

The sealed text stays as it is and stands on the page of the entry; here it is only read out. A name that has no word
is told as 其他内容, a code without one as 代码, so that nothing of the inside is shown as if it were one.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from models.base import Labelled
from models.registry import by_table
from workflow.base.policy import NOUNS

# fmt: off
#: Facts that no column is called by, and columns whose label says something else of a fact.
FACTS = {
    "after": "后", "before": "前", "quiet": "", "aside": "", "label": "", "name": "名称", "kind": "类别", "sha256": "校验码",
    "file": "文件", "size": "字节数", "purpose": "用途", "opinion": "意见", "head": "负责人", "handler": "经办人",
    "signed": "签署账号", "late_reason": "逾期说明", "next": "下一环节", "first": "首日", "last": "末日", "roles": "角色",
    "roles_removed": "收回的角色", "added": "新增", "removed": "移除", "changed": "变更", "reason": "原因", "was": "原为",
    "username": "账号", "account": "账号", "checker": "核查人", "item": "事项", "items": "事项", "people": "人数",
    "count": "数量", "number": "编号", "section": "部分", "office": "办理位置", "title": "职称", "content": "内容摘要",
    "named": "名称", "publicity_checked": "已核公示", "parent": "上级", "liability_card": "责任卡", "outcome": "结果",
    "assessment": "测评情况", "reserved": "占用职数", "recusals": "回避人次", "plan": "方案", "batch": "批次",
    "document": "文号", "declaration": "申报编号", "unit": "单位", "series": "系列", "specialty": "专业", "members": "评委",
    "filing": "备案", "told_version": "已报版本", "candidates": "参评人员", "speaker": "口令人", "result_hash": "结果校验码",
    "present": "出席", "cast": "已投", "tally_hash": "计票校验码", "cause": "原因代码", "ok": "成功", "amount": "金额",
    "words": "文字", "republicise": "重新公示", "attempt": "次数", "experts": "评委人数", "pool_hash": "名册校验码",
    "recused": "已回避", "commitment": "承诺值", "witnesses": "监督人员", "seed": "种子", "group": "小组",
    "roster_hash": "名册校验码", "archive": "归档校验码", "failed": "未通过", "passed": "通过", "used": "已用", "run": "次序",
    "sentence": "结论", "left": "剩余", "overdue": "逾期", "basis": "依据", "date_reason": "日期说明", "prefix": "编号前段",
    "to": "至", "faults": "问题数", "since": "起自", "screen": "页面", "text": "内容", "columns": "栏目", "place": "位置",
    "tables": "表", "rows": "行数", "hours": "时长", "answer": "答复", "channel": "方式", "field": "栏目", "fields": "栏目",
    "files": "文件", "declarations": "申报数", "units": "单位数", "years": "年度数", "why": "原因", "key": "", "id": "",
    "value": "值", "values": "值", "role": "角色", "row": "行", "edition": "版次", "desk": "办理位置", "form": "表单",
}
#: Entries without a label of their own.
VERBS = {
    "store_file": "存入文件", "give_opinion": "填写意见", "file_names": "登记名称", "sign_card": "签署责任卡", "export": "导出",
    "begin_demo": "生成演示数据", "set_demo_clock": "调整演示时钟", "sign_in": "登录", "sign_out": "退出", "edit": "修改",
    "unmask_identity": "查看证件号码", "read_notice": "阅读消息", "verify_journal": "核验审计日志", "create": "新增",
    "delete": "删除", "upload_import": "上传导入文件", "seal_first": "首次封存", "seal_tables": "封存",
}
#: Subjects that are no record.
SUBJECTS = {
    "journal": "审计日志",
    "ab_user": "账号",
    "stored_file": "文件",
    "access": "角色与权限",
    "reference": "基础数据",
}
# fmt: on
HEX = re.compile(r"[0-9a-f]{32,}")
#: Latin letters in a row: a code, a name of the inside.
CODE = re.compile(r"[A-Za-z][A-Za-z_]{2,}")


def done(verb: str, facts: dict[str, Any]) -> str:
    """What happened."""
    label = str(facts.get("label") or "")
    return VERBS.get(verb, "其他操作") if not label or CODE.search(label) else label


def whose(subject: str) -> str:
    """Which record, by the noun of the office and its number."""
    table, _colon, key = subject.partition(":")
    model = by_table().get(table)
    noun = SUBJECTS.get(table) or NOUNS.get(model, "") or "其他记录"
    return noun + (" 全部" if key == "*" else f" {key}" if key.isdigit() else "")


def read_out(facts: dict[str, Any]) -> str:
    """Each fact by its label, without those that only steer the journal."""
    said = [(named(key), told(value)) for key, value in facts.items()]
    return "；".join(f"{name}：{value}" for name, value in said if name and value)


def named(key: str) -> str:
    """The label of a fact; empty for what says nothing to a reader."""
    if key in FACTS:
        return FACTS[key]
    if not CODE.search(key):
        return key
    return _labels().get(key, "其他内容")


def told(value: Any) -> str:
    """A value as it is said."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        return "，".join(f"{name} {word}" for k, v in value.items() if (name := named(str(k))) and (word := told(v)))
    if isinstance(value, (list, tuple)):
        return "、".join(filter(None, (told(one) for one in value)))
    return _worded(str(value))


def _worded(text: str) -> str:
    if text in _words():
        return _words()[text]
    text = HEX.sub(lambda found: "-".join(found[0][at : at + 2] for at in range(0, 12, 2)), text)
    return CODE.sub(lambda found: _words().get(found[0], "代码"), text)


@cache
def _labels() -> dict[str, str]:
    """Column to its label, wherever one is called so."""
    tables = (model.__table__ for model in by_table().values())
    return {c.name: str(c.info["label"]) for table in tables for c in table.columns if c.info.get("label")}


@cache
def _words() -> dict[str, str]:
    """Values that are kept as codes, by what they are called; where two kinds share a code, by the first."""
    found: dict[str, str] = {}
    for kind in Labelled.__subclasses__():
        for member in kind:
            found.setdefault(str(member.value), member.label)
    return found
