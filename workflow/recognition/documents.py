"""Which kind of material proves which fields, how each is compared, and what stands beside it on paper. A declaration.

A row here is one field of the form (or of the person whose account it is) under one kind of material: how it is
compared (workflow/recognition/verdict.py), and the labels that papers print beside it. What is not named is not read.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

from workflow.forms import form
from workflow.forms.form_parts import Field

PERSON = "person"


@dataclass(frozen=True)
class Proves:
    """One field that a file of a kind can prove."""

    section: str  #: of the form, or the person's account
    field: str
    kind: str
    labels: tuple[str, ...] = ()
    words: str = ""  #: the closed words it can be: "titles", "levels", or those of its choices

    @property
    def personal(self) -> bool:
        """Whether it is of the account and not typed in the form."""
        return self.section == PERSON


#: What the account says of the person, by field.
PERSONAL = {"name": "姓名", "id_number": "证件号码", "born_on": "出生日期"}
NAME = Proves(PERSON, "name", "name")
IDENTITY = Proves(PERSON, "id_number", "number")

# fmt: off
READ: dict[str, tuple[Proves, ...]] = {
    "education": (
        NAME,
        Proves("education", "school", "organisation", ("校名", "学校名称", "院校", "毕业院校", "主考学校")),
        Proves("education", "major", "text", ("专业",)),
        Proves("education", "entered_on", "date", ("入学日期", "入学时间", "于", "自")),
        Proves("education", "graduated_on", "date", ("毕业日期", "毕业时间", "毕(结)业日期", "至")),
        Proves("education", "certificate", "number", ("证书编号", "证书号", "编号")),
    ),
    "title": (
        NAME, IDENTITY,
        Proves("titles", "name", "word", ("资格名称", "职称名称", "任职资格", "专业技术职务", "职称"), "titles"),
        Proves("titles", "obtained_on", "date", ("取得时间", "批准时间", "批准日期", "评审通过时间", "资格时间从")),
        Proves("titles", "body", "organisation", ("评审委员会", "评审组织", "发证单位", "发证机关", "批准机关")),
        Proves("titles", "certificate", "number", ("证书编号", "证书号", "管理号", "编号")),
    ),
    "employment": (
        NAME, IDENTITY,
        Proves("titles", "name", "word", ("聘任职务", "专业技术职务"), "titles"),
        Proves("titles", "employer", "organisation", ("聘任单位", "用人单位", "甲方(用人单位)")),
        Proves("titles", "employed_from", "date", ("聘期自", "自", "聘任时间自", "聘期从")),
        Proves("titles", "employed_to", "date", ("至", "起至", "止")),
        Proves("experience", "unit", "organisation", ("用人单位", "单位", "甲方(用人单位)")),
        Proves("experience", "since", "date", ("自", "聘期自", "合同期自")),
        Proves("experience", "post", "text", ("岗位", "担任")),
    ),
    "licence": (
        NAME,
        Proves("licences", "name", "text", ("资格名称", "证书名称")),
        Proves("licences", "number", "number", ("管理号", "证书编号", "编号")),
        Proves("licences", "authority", "organisation", ("签发单位", "发证机关", "批准机关")),
        Proves("licences", "issued_on", "date", ("批准日期", "签发日期", "发证日期")),
    ),
    "training": (
        NAME, IDENTITY,
        Proves("training", "certificate", "number", ("认定编号", "编号", "证书编号")),
        Proves("training", "year", "year"),
    ),
    "paper": (
        NAME,
        Proves("papers", "title", "text", ("题名", "书名")),
        Proves("papers", "publisher", "text", ("刊名", "出版发行", "出版社")),
        Proves("papers", "number", "number", ("ISSN", "ISBN", "刊号")),
        Proves("papers", "published_on", "date", ("出版日期", "版次")),
    ),
    "patent": (
        NAME,
        Proves("patents", "name", "text", ("发明名称", "实用新型名称", "软件名称", "标准名称")),
        Proves("patents", "number", "number", ("专利号", "登记号", "标准号")),
        Proves("patents", "granted_on", "date", ("授权公告日", "发布日期", "登记日期")),
    ),
    "award": (
        NAME,
        Proves("awards", "name", "text", ("项目名称", "获奖项目")),
        Proves("awards", "prize", "word", ("奖励等级", "获奖等级", "等级")),
        Proves("awards", "awarded_on", "date", ("授奖日期", "颁奖日期", "获奖日期")),
        Proves("awards", "authority", "organisation", ("授奖单位", "颁奖单位")),
    ),
    "assessment": (
        NAME,
        Proves("assessments", "year", "year"),
        Proves("assessments", "result", "word", ("考核等次", "考核结果", "等次", "等次为")),
        Proves("assessments", "unit", "organisation", ("单位", "工作单位")),
    ),
    "other": (NAME, IDENTITY, Proves(PERSON, "born_on", "date", ("出生", "出生日期"))),
}
# fmt: on
#: A file of that kind is read only where these words stand on it: an identity card is no kind of material of its own.
ONLY_WITH = {"other": "公民身份号码"}


def declared(proves: Proves) -> Field:
    """The field of the form; of a personal one a field that is only shown."""
    if proves.personal:
        return Field(proves.field, PERSONAL[proves.field], f"person.{proves.field}")
    return form.form().section(proves.section).field(proves.field)


@cache
def words_of(proves: Proves) -> frozenset[str]:
    """The closed words a value can be: the titles of the country, or the choices of the field."""
    if proves.words == "titles":
        with (form.DATA / "reference" / "titles.csv").open(encoding="utf-8", newline="") as file:
            return frozenset(row["name"] for row in csv.DictReader(file) if len(row["name"]) > 1)
    choices = declared(proves).choices if proves.kind == "word" else ()
    return frozenset(label for _, label in choices if label != "其他")
