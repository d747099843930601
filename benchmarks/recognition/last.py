"""Kinds drawn when every rule stood, and read once."""

from __future__ import annotations

# fmt: off  (a table of documents)
import random

from benchmarks.recognition.invented import (
    BUREAUS,
    COMPANIES,
    GIVERS,
    MAJORS,
    POSTS,
    PROJECTS,
    SCHOOLS,
    TITLES,
    Invented,
    day,
    digits,
    numerals,
    plain,
)
from benchmarks.recognition.layout import NAME, NUMBER, Make, Paper, awarded, heading, kind, right, table, told

KINDS: dict[str, Make] = {}


@kind("学历认证书", KINDS)
def certified(c: random.Random, who: Invented) -> Paper:
    """A degree that was certified in running words."""
    school, major, left = c.choice(SCHOOLS), c.choice(MAJORS), c.randint(2000, 2021)
    number = f"1{digits(c, 4)}5{left}{digits(c, 6)}"
    words = (
        f"经查，{who.name}，{'男' if c.random() < 0.5 else '女'}，出生日期{plain(who.born)}，于{left - 3}年9月入{school}{major}专业硕士研究生学习，"
        f"{left}年6月毕业，学历证书编号为{number}，情况属实。"
    )
    body = heading("中国高等教育学历认证报告", 24) + f"#align(right)[报告编号：{digits(c, 8)}]" + told(words)
    return Paper(
        "education",
        body + right("学历认证中心", plain(day(c, 2022, 2024))),
        {
            NAME: who.name,
            ("education", "school"): school,
            ("education", "major"): major,
            ("education", "entered_on"): f"{left - 3}-09",
            ("education", "graduated_on"): f"{left}-06",
            ("education", "certificate"): number,
        },
        "学历认证专用章",
        sans=True,
    )


@kind("实用新型专利证书", KINDS)
def utility(c: random.Random, who: Invented) -> Paper:
    """A utility model."""
    thing, on = "一种" + c.choice(PROJECTS) + "设备", day(c, 2013, 2023)
    number = f"ZL{int(on[:4]) - 1}2{digits(c, 7)}.{c.choice('0123456789X')}"
    body = f"#text(size:11pt)[证书号第{digits(c, 8)}号]" + heading("实用新型专利证书", 30, "rgb(120,20,20)")
    body += f"#par(leading:1.5em)[实用新型名称：{thing} \\ 专利权人：{c.choice(COMPANIES)} \\ 地址：410000 湖南省长沙市岳麓区 \\ "
    body += f"发明人：{who.name};{who.other} \\ 专利号：{number} \\ 授权公告号：CN {digits(c, 9)} U \\ 专利申请日：{plain(day(c, 2009, 2012))} \\ 授权公告日：{plain(on)}]"
    return Paper(
        "patent",
        body,
        {
            NAME: who.name,
            ("patents", "name"): thing,
            ("patents", "number"): number,
            ("patents", "granted_on"): on,
        },
        "国家知识产权局",
        at=(0.7, 0.6),
        size=12,
    )


@kind("事业单位聘用合同", KINDS)
def engaged(c: random.Random, who: Invented) -> Paper:
    """A contract of a public institution as a table."""
    unit, post, since = c.choice(COMPANIES), c.choice(POSTS), day(c, 2009, 2020)
    rows = [
        ["聘用单位（甲方）", unit],
        ["受聘人员（乙方）", who.name],
        ["证件号码", who.identity],
        ["受聘岗位", post],
        ["合同期限", f"自{plain(since)}起至{plain(str(int(since[:4]) + 3) + since[4:])}止"],
        ["试用期", "三个月"],
    ]
    body = heading("事业单位人员聘用合同", 22) + table(rows, "(1fr,2.2fr)", 10) + right(unit, plain(since))
    return Paper(
        "employment",
        body,
        {
            NAME: who.name,
            NUMBER: who.identity,
            ("experience", "unit"): unit,
            ("experience", "post"): post,
            ("experience", "since"): since[:7],
        },
        unit,
        size=12,
        at=(0.7, 0.65),
    )


@kind("竞赛获奖证书", KINDS)
def contest(c: random.Random, who: Invented) -> Paper:
    """A prize of a contest with its number."""
    giver, project, on = c.choice(GIVERS), c.choice(PROJECTS), day(c, 2010, 2023)
    grade = c.choice(("一等奖", "二等奖", "三等奖"))
    body = heading("获奖证书", 34, "rgb(150,40,20)") + f"#text(size:17pt)[{who.name}老师： \\ "
    body += told(f"您的作品“{project}”在第{c.choice('二三四')}届职业技能竞赛中荣获{grade}，特颁此证。") + "]"
    body += f"#v(14pt)#text(size:10pt)[证书编号：JN{on[:4]}-{digits(c, 5)}]" + right(giver, numerals(on))
    return Paper(
        "award",
        body,
        awarded(who, project, grade, on, giver),
        giver,
        wide=True,
        at=(0.75, 0.75),
    )


@kind("职称评审表末页", KINDS)
def confirmed(c: random.Random, who: Invented) -> Paper:
    """The last page of a review form with the opinions of the offices."""
    title, bureau, got = c.choice(TITLES), c.choice(BUREAUS), day(c, 2006, 2022)
    rows = [
        ["姓名", who.name],
        ["证件号码", who.identity],
        ["评审委员会意见", f"经评审，同意{who.name}同志取得{title}任职资格。"],
        ["审批机关意见", f"同意。批准日期：{plain(got)}"],
        ["证书号", f"C{digits(c, 10)}"],
    ]
    body = heading("专业技术职务任职资格评审表", 20) + table(rows, "(1fr,2.6fr)", 14)
    return Paper(
        "title",
        body + right(bureau),
        {
            NAME: who.name,
            NUMBER: who.identity,
            ("titles", "name"): title,
            ("titles", "obtained_on"): got,
            ("titles", "certificate"): rows[-1][1],
            ("titles", "body"): bureau,
        },
        bureau,
        size=12,
        at=(0.72, 0.6),
    )
