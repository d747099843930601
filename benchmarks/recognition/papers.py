"""The kinds of documents that are drawn, each a function that lays out one invented document.

A document tells under which kind of material it is handed in and what its applicant would rightly type: by section
and field of the form. `TUNED` kinds were looked at while the rules were written; `FRESH` ones were not, but one rule
was mended after them; `LAST` ones were drawn when every rule stood, and read once.
"""

from __future__ import annotations

# fmt: off  (a table of documents)
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.recognition.invented import (
    BUREAUS,
    COMPANIES,
    GIVERS,
    JOURNALS,
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

Typed = dict[tuple[str, str], str]
NAME, NUMBER = ("person", "name"), ("person", "id_number")


@dataclass
class Paper:
    """One document: how it is laid out, and what is rightly typed of it."""

    material: str
    body: str
    typed: Typed
    seal: str = ""
    wide: bool = False
    card: bool = False
    size: float = 14
    sans: bool = False
    at: tuple[float, float] = field(default=(0.75, 0.72))


Make = Callable[[random.Random, Invented], Paper]
TUNED: dict[str, Make] = {}
FRESH: dict[str, Make] = {}
LAST: dict[str, Make] = {}


def _kind(name: str, among: dict[str, Make]) -> Callable[[Make], Make]:
    def register(make: Make) -> Make:
        among[name] = make
        return make

    return register


def _title(words: str, size: int = 28, colour: str = "rgb(20,20,20)") -> str:
    return f"#align(center)[#text(size:{size}pt,fill:{colour})[{words}]]#v(14pt)\n"


def _awarded(who: Invented, project: str, grade: str, on: str, giver: str) -> Typed:
    """What is typed of an award."""
    return {
        NAME: who.name,
        ("awards", "name"): project,
        ("awards", "prize"): grade,
        ("awards", "awarded_on"): on,
        ("awards", "authority"): giver,
    }


def _told(words: str) -> str:
    return "#par(first-line-indent:(amount:2em,all:true),leading:1.1em,justify:true)[" + words + "]"


def _right(*lines: str) -> str:
    return "#v(20pt)#align(right)[" + " \\ ".join(lines) + "]"


def _table(rows: list[list[str]], columns: str, inset: int = 7) -> str:
    cells = ",".join(f"[{cell}]" for row in rows for cell in row)
    return f"#table(columns:{columns},inset:{inset}pt,align:center+horizon,{cells})\n"


# -- looked at while the rules were written --------------------------------------------------------------


@_kind("毕业证", TUNED)
def diploma(c: random.Random, who: Invented) -> Paper:
    """A diploma of a university."""
    school, major, left = c.choice(SCHOOLS), c.choice(MAJORS), c.randint(1990, 2020)
    number = f"1{digits(c, 4)}1{left}05{digits(c, 6)}"
    words = (
        f"学生 {who.name}，性别男，{numerals(who.born)}生，于{numerals(f'{left - 4}-09')}至{numerals(f'{left}-06')}"
        f"在本校 {major} 专业四年制本科学习，修完教学计划规定的全部课程，成绩合格，准予毕业。"
    )
    body = _title("普通高等学校毕业证书", 34) + _told(words)
    body += f"#v(20pt)校名：{school} #h(60pt) 校（院）长：周启明 \\ #v(6pt) 证书编号：{number}"
    body += _right(numerals(f"{left}-06-30"))
    return Paper(
        "education",
        body,
        {
            NAME: who.name,
            ("education", "school"): school,
            ("education", "major"): major,
            ("education", "entered_on"): f"{left - 4}-09",
            ("education", "graduated_on"): f"{left}-06",
            ("education", "certificate"): number,
        },
        school,
        wide=True,
        size=17,
    )


@_kind("学位证", TUNED)
def degree(c: random.Random, who: Invented) -> Paper:
    """A degree."""
    school, major, left = c.choice(SCHOOLS), c.choice(MAJORS), c.randint(1995, 2020)
    number = f"1{digits(c, 4)}4{left}{digits(c, 6)}"
    words = (
        f"{who.name}，{'女' if c.random() < 0.5 else '男'}，{plain(who.born)}生。在我校完成了{major}本科专业学习计划，业已毕业，"
        "经审核符合《中华人民共和国学位条例》的规定，授予学士学位。"
    )
    body = (
        _title("学士学位证书", 34)
        + _told(words)
        + f"#v(16pt)校　长：李守正 \\ 学位评定委员会主席：李守正 \\ 证书编号：{number}"
    )
    body += _right(school, plain(f"{left}-06-20"))
    return Paper(
        "education",
        body,
        {
            NAME: who.name,
            ("education", "school"): school,
            ("education", "major"): major,
            ("education", "graduated_on"): f"{left}-06",
            ("education", "certificate"): number,
        },
        school,
        wide=True,
        size=17,
    )


@_kind("职称证书", TUNED)
def title_table(c: random.Random, who: Invented) -> Paper:
    """A title as a table."""
    title, body_of, got = c.choice(TITLES), c.choice(BUREAUS), day(c, 2005, 2022)
    number = f"B0{digits(c, 13)}"
    rows = [
        ["姓　名", who.name, "性别", "女"],
        ["身份证号", who.identity, "专业", c.choice(MAJORS)],
        ["资格名称", title, "取得时间", plain(got)],
        ["证书编号", number, "发证单位", body_of],
    ]
    body = _title("专业技术职务任职资格证书", 26) + f"#text(size:13pt)[{_table(rows, '(auto,1fr,auto,1fr)')}]"
    return Paper(
        "title",
        body,
        {
            NAME: who.name,
            NUMBER: who.identity,
            ("titles", "name"): title,
            ("titles", "obtained_on"): got,
            ("titles", "certificate"): number,
            ("titles", "body"): body_of,
        },
        body_of,
        wide=True,
        sans=True,
        at=(0.7, 0.7),
    )


@_kind("聘书", TUNED)
def letter_of_employment(c: random.Random, who: Invented) -> Paper:
    """An employer's letter."""
    unit, title, since = c.choice(COMPANIES), c.choice(TITLES), c.randint(2008, 2020)
    words = f"兹聘请 {who.name} 同志担任 {unit} {title} 职务，聘期自{since}年1月1日至{since + 3}年12月31日。"
    body = _title("聘　书", 44, "rgb(170,20,20)") + f"#text(size:18pt)[{_told(words)}]"
    body += _right(unit, plain(f"{since - 1}-12-25"))
    return Paper(
        "employment",
        body,
        {
            NAME: who.name,
            ("titles", "employer"): unit,
            ("titles", "name"): title,
            ("titles", "employed_from"): f"{since}-01",
            ("titles", "employed_to"): f"{since + 3}-12",
        },
        unit,
        wide=True,
    )


@_kind("获奖证书", TUNED)
def prize(c: random.Random, who: Invented) -> Paper:
    """A prize for a project."""
    giver, project, on = c.choice(GIVERS), c.choice(PROJECTS), day(c, 2008, 2023)
    grade = c.choice(("一等奖", "二等奖", "三等奖"))
    body = _title("科学技术进步奖证书", 32, "rgb(150,20,20)")
    body += f"#text(size:15pt)[{_told('为表彰在推动科学技术进步中做出突出贡献，特颁发此证书，以资鼓励。')}"
    body += (
        f"#v(10pt)项目名称：{project} \\ 奖励等级：{grade} \\ 获 奖 者：{who.name}（第3完成人） \\ "
        f"证书编号：{on[:4]}4023-J2-{digits(c, 3)}-R03]"
    )
    return Paper(
        "award",
        body + _right(giver, numerals(on)),
        _awarded(who, project, grade, on, giver),
        giver,
        wide=True,
    )


@_kind("专利证书", TUNED)
def patent(c: random.Random, who: Invented) -> Paper:
    """A patent."""
    unit, thing, on = c.choice(COMPANIES), "一种" + c.choice(PROJECTS) + "装置", day(c, 2012, 2023)
    number = f"ZL {int(on[:4]) - 2} 1 0{digits(c, 6)}.{digits(c, 1)}"
    body = f"#align(right)[证书号第{digits(c, 7)}号]" + _title("发明专利证书", 32)
    body += (
        f"#text(size:13pt)[#par(leading:1.5em)[发 明 名 称：{thing} \\ 发　明　人：{who.other};{who.name} \\ 专　利　号：{number}"
        f" \\ 专利申请日：{plain(day(c, 2008, 2011))} \\ 专 利 权 人：{unit} \\ 授权公告日：{plain(on)}　　授权公告号：CN"
        f" 1{digits(c, 8)} B]]#v(14pt)#text(size:11pt)["
        + _told("本发明经过本局依照中华人民共和国专利法进行审查，决定授予专利权，颁发本证书并在专利登记簿上予以登记。")
        + "]"
    )
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
        at=(0.75, 0.62),
    )


@_kind("论文首页", TUNED)
def article(c: random.Random, who: Invented) -> Paper:
    """The first page of an article."""
    journal, subject = c.choice(JOURNALS), c.choice(PROJECTS)
    on = f"{c.randint(2008, 2023)}-{c.randint(1, 12):02d}"
    words = (
        f"为揭示{subject}的内在规律，结合湘西某工程，采用现场监测与数值模拟相结合的方法，分析了主要影响因素。结果表明："
        * 2
    )
    body = f"#text(size:9pt)[第38卷　第4期　　　　　{journal}　　　　　Vol.38 No.4 \\ {plain(on)}]#line(length:100%)"
    body += f"#text(size:9pt)[文章编号：1008-{digits(c, 4)}({on[:4]})04-0132-05]#v(8pt)"
    body += (
        f'#align(center)[#text(size:20pt,font:"Noto Sans CJK SC")[{subject}] \\ #v(4pt) #text(size:12pt)'
        f"[{who.name}#super[1]，{who.other}#super[2]] \\ #text(size:9pt)[（1.{c.choice(SCHOOLS)}，湖南 长沙 410082）]]"
    )
    body += f"#v(6pt)#text(size:9pt)[摘　要：{words} \\ 关键词：工程；监测；数值模拟]#v(8pt)#text(size:10pt)[{_told(words * 3)}]"
    return Paper(
        "paper",
        body,
        {
            NAME: who.name,
            ("papers", "title"): subject,
            ("papers", "publisher"): journal,
            ("papers", "published_on"): on,
        },
    )


@_kind("学时认定单", TUNED)
def hours(c: random.Random, who: Invented) -> Paper:
    """Hours of continuing education."""
    bureau, unit, year = c.choice(BUREAUS), c.choice(COMPANIES), c.randint(2015, 2023)
    number = f"XJ{year}-43{digits(c, 4)}-{digits(c, 5)}"
    rows = [["序号", "年度", "培训内容", "类别", "学时"]]
    rows += [[str(n + 1), str(year), c.choice(PROJECTS), "专业科目", str(c.randint(20, 60))] for n in range(4)]
    body = _title("湖南省专业技术人员继续教育学时认定单", 20)
    body += f"姓名：{who.name}　　身份证号：{who.identity}　　单位：{unit}#v(6pt)"
    body += _table(rows, "(auto,auto,1fr,auto,auto)") + f"合计学时：212　　认定编号：{number}"
    body += _right(bureau, plain(f"{year}-11-08"))
    return Paper(
        "training",
        body,
        {
            NAME: who.name,
            NUMBER: who.identity,
            ("training", "certificate"): number,
            ("training", "year"): str(year),
        },
        bureau,
        size=11,
        sans=True,
        at=(0.75, 0.5),
    )


@_kind("年度考核表", TUNED)
def yearly(c: random.Random, who: Invented) -> Paper:
    """A yearly assessment."""
    unit, year, result = c.choice(COMPANIES), c.randint(2014, 2023), c.choice(("优秀", "合格"))
    words = "本年度承担三个班的教学任务，坚持集体备课，主持县级课题一项，学业水平考试合格率百分之百。"
    body = _title(f"事业单位工作人员年度考核登记表 \\ （{year}年度）", 20)
    rows = [
        ["姓名", who.name, "性别", "女", "出生年月", who.born[:7].replace("-", ".")],
        ["单位及职务", f"{unit}　职员", "", "", "参加工作时间", "2009.08"],
    ]
    body += f"#text(size:11pt)[{_table(rows, '(auto,1fr,auto,auto,auto,auto)')}"
    body += _table([["个人总结", words], ["考核等次", f"#text(size:16pt)[{result[0]}　{result[1]}]"]], "(auto,1fr)")
    body += "]" + _right(plain(f"{year + 1}-01-12"))
    return Paper(
        "assessment",
        body,
        {
            NAME: who.name,
            ("assessments", "year"): str(year),
            ("assessments", "result"): result,
            ("assessments", "unit"): unit,
        },
        unit,
        size=12,
        at=(0.75, 0.5),
    )


@_kind("身份证", TUNED)
def identity(c: random.Random, who: Invented) -> Paper:
    """The front of an identity card."""
    grey = "#text(fill:rgb(60,110,170),size:8pt)"
    y, m, d = who.born.split("-")
    body = (
        f"#set text(size:9.5pt)\n{grey}[姓　名]　{who.name} \\ {grey}[性　别]　女　{grey}[民族]　土家 \\ "
        f"{grey}[出　生]　{y} 年 {int(m)} 月 {int(d)} 日 \\ {grey}[住　址]　湖南省隆回县桃洪镇 \\ 　　　　桃花路19号3栋502室 \\ "
        f'#v(4pt) {grey}[公民身份号码]　#text(size:10pt,tracking:1pt,font:"DejaVu Sans Mono")[{who.identity}]'
    )
    return Paper(
        "other", body, {NAME: who.name, NUMBER: who.identity, ("person", "born_on"): who.born}, card=True, sans=True
    )


# -- not looked at: other layouts, other words -----------------------------------------------------------


@_kind("自学考试毕业证", FRESH)
def self_taught(c: random.Random, who: Invented) -> Paper:
    """A diploma by examination."""
    school, major, left = c.choice(SCHOOLS), c.choice(MAJORS), day(c, 1995, 2020)
    number = f"65430{digits(c, 13)}"
    body = _title("高等教育自学考试 \\ 毕 业 证 书", 26)
    body += f"#grid(columns:(1fr,1.6fr),gutter:20pt,[#v(60pt)（照片）],[{_told(f'{who.name}　参加高等教育{major}专业本科自学考试，全部课程成绩合格，经审定准予毕业。')}#v(10pt)"
    body += f"身份证号码：{who.identity} \\ 证书编号：{number} \\ 主考学校：{school} \\ {plain(left)}])"
    return Paper(
        "education",
        body,
        {
            NAME: who.name,
            ("education", "school"): school,
            ("education", "major"): major,
            ("education", "graduated_on"): left[:7],
            ("education", "certificate"): number,
        },
        school,
        wide=True,
        at=(0.8, 0.75),
    )


@_kind("学历注册备案表", FRESH)
def registered(c: random.Random, who: Invented) -> Paper:
    """A register's extract as rows of label and value."""
    school, major, left = c.choice(SCHOOLS), c.choice(MAJORS), c.randint(2001, 2022)
    number = f"1{digits(c, 4)}1{left}0{digits(c, 7)}"
    rows = [
        ["姓名", who.name],
        ["性别", "男"],
        ["出生日期", plain(who.born)],
        ["入学日期", plain(f"{left - 4}-09-01")],
        ["毕（结）业日期", plain(f"{left}-06-18")],
        ["学校名称", school],
        ["专业", major],
        ["学制", "4年"],
        ["层次", "本科"],
        ["毕（结）业", "毕业"],
        ["校（院）长姓名", "段秀英"],
        ["证书编号", number],
    ]
    body = _title("教育部学历证书电子注册备案表", 20) + _table(rows, "(1fr,2fr)")
    body += f"#v(8pt)#text(size:9pt)[更新日期：{plain(day(c, 2023, 2024))}　在线验证码：{digits(c, 12)}　本报告有效期内可上网验证。]"
    return Paper(
        "education",
        body,
        {
            NAME: who.name,
            ("education", "school"): school,
            ("education", "major"): major,
            ("education", "entered_on"): f"{left - 4}-09",
            ("education", "graduated_on"): f"{left}-06",
            ("education", "certificate"): number,
        },
        size=11,
        sans=True,
    )


@_kind("职称评审通过文件", FRESH)
def notice_of_titles(c: random.Random, who: Invented) -> Paper:
    """An office's notice of whose titles are confirmed, with several names."""
    bureau, title, got = c.choice(BUREAUS), c.choice(TITLES), day(c, 2008, 2022)
    others = [n for n in ("贺立平", "廖敏", "陶建军", "汤晓红", "姚远") if n != who.name]
    words = (
        f"各县市区人力资源和社会保障局，市直各单位：经评审委员会评审通过，公示无异议，确认{others[0]}、{others[1]}、{who.name}、"
        f"{others[2]}等4名同志具备{title}任职资格，资格时间从{plain(got)}起计算。"
    )
    body = f"#align(center)[#text(size:26pt,fill:rgb(200,20,20))[{bureau}文件]]#v(8pt)#align(center)[〔{got[:4]}〕{c.randint(3, 99)}号]"
    body += "#line(length:100%,stroke:red)" + _title("关于确认专业技术职务任职资格的通知", 18) + _told(words)
    body += _right(bureau, plain(got[:8] + "28"))
    return Paper(
        "title",
        body,
        {
            NAME: who.name,
            ("titles", "name"): title,
            ("titles", "obtained_on"): got,
            ("titles", "body"): bureau,
        },
        bureau,
        at=(0.75, 0.6),
    )


@_kind("电子职称证书", FRESH)
def electronic_title(c: random.Random, who: Invented) -> Paper:
    """A title as lines of label and value."""
    title, body_of, got = c.choice(TITLES), c.choice(BUREAUS), day(c, 2012, 2023)
    number = f"{got[:4]}43{digits(c, 9)}"
    lines = [
        ("姓　　名", who.name),
        ("证件号码", who.identity),
        ("职称名称", title),
        ("专　　业", c.choice(MAJORS)),
        ("批准时间", got.replace("-", ".")),
        ("评审组织", body_of.replace("局", "局高级职称评审委员会").replace("厅", "厅高级职称评审委员会")),
        ("签发机关", body_of),
        ("证 书 号", number),
    ]
    body = _title("湖南省职称电子证书", 26, "rgb(20,60,140)")
    body += "#text(size:15pt)[#par(leading:1.2em)[" + " \\ ".join(f"{a}：{b}" for a, b in lines) + "]]"
    return Paper(
        "title",
        body,
        {
            NAME: who.name,
            NUMBER: who.identity,
            ("titles", "name"): title,
            ("titles", "obtained_on"): got,
            ("titles", "certificate"): number,
        },
        body_of,
        at=(0.72, 0.55),
        sans=True,
    )


@_kind("劳动合同", FRESH)
def contract(c: random.Random, who: Invented) -> Paper:
    """The first page of a contract of employment."""
    unit, since, post = c.choice(COMPANIES), c.randint(2008, 2020), c.choice(POSTS)
    clause = "乙方应按照甲方的要求，按时完成规定的工作数量，达到规定的质量标准，甲方每月15日前以货币形式支付工资。"
    body = (
        _title("劳 动 合 同 书", 18)
        + f"#text(size:10.5pt)[合同编号：HT-{since}-{digits(c, 4)} \\ 甲方（用人单位）：{unit} \\ "
    )
    body += f"乙方（劳动者）：{who.name} \\ 居民身份证号码：{who.identity} \\ "
    body += _told(f"第一条　本合同为固定期限劳动合同，自{since}年7月1日起至{since + 5}年6月30日止。")
    body += _told(f"第二条　乙方同意根据甲方工作需要，担任{post}岗位工作。") + "".join(
        _told(f"第{n}条　{clause}") for n in "三四五六"
    )
    body += f"#v(12pt)甲方（盖章）：　　　　　　　　　　乙方（签字）： \\ {plain(f'{since}-06-28')}]"
    return Paper(
        "employment",
        body,
        {
            NAME: who.name,
            NUMBER: who.identity,
            ("experience", "unit"): unit,
            ("experience", "post"): post,
            ("experience", "since"): f"{since}-07",
        },
        unit,
        at=(0.3, 0.8),
    )


@_kind("任职文件", FRESH)
def appointment(c: random.Random, who: Invented) -> Paper:
    """A unit's decision to appoint people."""
    unit, title, since = c.choice(COMPANIES), c.choice(TITLES), c.randint(2010, 2021)
    month = c.randint(1, 9)
    words = (
        f"所属各部门：经研究决定，聘任{who.name}同志为{title}，聘任时间自{since}年{month}月起至{since + 3}年{month + 2}月止；"
        f"聘任{who.other}同志为技术部主任。"
    )
    body = (
        _title(unit, 22, "rgb(200,20,20)")
        + f"#align(center)[人字〔{since}〕{c.randint(2, 60)}号]#line(length:100%,stroke:red)"
    )
    body += _title("关于聘任专业技术职务的决定", 20) + _told(words) + _right(unit, numerals(f"{since}-{month:02d}-06"))
    return Paper(
        "employment",
        body,
        {
            NAME: who.name,
            ("titles", "employer"): unit,
            ("titles", "employed_from"): f"{since}-{month:02d}",
            ("titles", "employed_to"): f"{since + 3}-{month + 2:02d}",
            ("titles", "name"): title,
        },
        unit,
        at=(0.72, 0.6),
    )


@_kind("职业资格证书", FRESH)
def licence(c: random.Random, who: Invented) -> Paper:
    """A licence of a profession."""
    what = c.choice(("一级注册结构工程师", "注册会计师", "一级建造师", "执业药师", "注册安全工程师"))
    bureau, on = c.choice(BUREAUS), day(c, 2008, 2022)
    number = f"{c.choice('ABS')}{digits(c, 9)}"
    body = _title(f"中华人民共和国 \\ {what}资格证书", 24)
    body += f"本证书由{bureau}批准颁发，表明持证人通过国家统一组织的考试，取得{what}职业资格。#v(14pt)"
    body += f"姓名 #h(20pt) {who.name} #h(60pt) 性别 #h(20pt) 男 \\ #v(4pt) 批准日期 #h(20pt) {plain(on)} \\ #v(4pt) 管理号 #h(20pt) {number} \\ #v(4pt) 签发单位 #h(20pt) {bureau}"
    return Paper(
        "licence",
        body,
        {
            NAME: who.name,
            ("licences", "name"): what,
            ("licences", "number"): number,
            ("licences", "authority"): bureau,
            ("licences", "issued_on"): on,
        },
        bureau,
        wide=True,
        at=(0.7, 0.75),
    )


@_kind("软件著作权登记证书", FRESH)
def software(c: random.Random, who: Invented) -> Paper:
    """A registered program."""
    thing, on = c.choice(PROJECTS) + "管理系统", day(c, 2010, 2023)
    number = f"{on[:4]}SR{digits(c, 7)}"
    lines = [
        ("软件名称", f"{thing} V1.0"),
        ("著作权人", who.name),
        ("开发完成日期", plain(day(c, 2007, 2009))),
        ("首次发表日期", "未发表"),
        ("权利取得方式", "原始取得"),
        ("权利范围", "全部权利"),
        ("登记号", number),
    ]
    body = "#align(center)[中华人民共和国国家版权局]" + _title("计算机软件著作权登记证书", 24)
    body += f"#align(right)[证书号：软著登字第{digits(c, 7)}号]#par(leading:1.4em)["
    body += " \\ ".join(f"{a}：{b}" for a, b in lines) + "]"
    body += _told(
        "根据《计算机软件保护条例》和《计算机软件著作权登记办法》的规定，经中国版权保护中心审核，对以上事项予以登记。"
    )
    return Paper(
        "patent",
        body + _right(plain(on)),
        {
            NAME: who.name,
            ("patents", "name"): thing,
            ("patents", "number"): number,
            ("patents", "granted_on"): on,
        },
        "中国版权保护中心",
        at=(0.75, 0.8),
    )


@_kind("荣誉证书", FRESH)
def honour(c: random.Random, who: Invented) -> Paper:
    """An honour of a person."""
    giver, on = c.choice(GIVERS), f"{c.randint(2008, 2023)}-{c.randint(1, 12):02d}"
    what = c.choice(("抗洪抢险先进个人", "优秀科技工作者", "师德标兵", "五一劳动奖章", "最美基层农技员"))
    words = f"{who.name} 同志：在{numerals(on)[:5]}度工作中成绩显著，被授予“{what}”称号，特发此证，以资鼓励。"
    body = _title("荣誉证书", 40, "rgb(180,30,20)") + f"#text(size:20pt)[{_told(words)}]" + _right(giver, numerals(on))
    return Paper(
        "award",
        body,
        {
            NAME: who.name,
            ("awards", "name"): what,
            ("awards", "authority"): giver,
        },
        giver,
        wide=True,
        at=(0.78, 0.75),
    )


@_kind("教学成果奖", FRESH)
def teaching_prize(c: random.Random, who: Invented) -> Paper:
    """A prize told in running words."""
    giver, project, on = c.choice(GIVERS), c.choice(PROJECTS), day(c, 2010, 2023)
    grade = c.choice(("一等奖", "二等奖", "三等奖", "特等奖"))
    words = f"{who.other}、{who.name}：你们完成的《{project}》在湖南省第{c.choice('三四五六')}届教学成果评选中荣获{grade}。特发此证。"
    body = _title("获 奖 证 书", 36, "rgb(170,30,30)") + f"#text(size:18pt)[{_told(words)}]" + _right(giver, plain(on))
    return Paper(
        "award",
        body,
        _awarded(who, project, grade, on, giver),
        giver,
        wide=True,
        at=(0.78, 0.78),
    )


@_kind("图书版权页", FRESH)
def book(c: random.Random, who: Invented) -> Paper:
    """The imprint of a book."""
    subject, on = c.choice(PROJECTS), f"{c.randint(2006, 2023)}-{c.randint(1, 12):02d}"
    press, isbn = (
        c.choice(("湖南科学技术出版社", "中南大学出版社", "湖南教育出版社")),
        f"978-7-{digits(c, 4)}-{digits(c, 4)}-{digits(c, 1)}",
    )
    body = f"#v(200pt)#text(size:10pt)[图书在版编目（CIP）数据 \\ {subject}／{who.name}，{who.other}著．—长沙：{press}，{on[:4]}.{int(on[5:])} \\ ISBN {isbn} \\ "
    body += f"Ⅰ.①…　Ⅱ.①…　Ⅲ.①工程　Ⅳ.①TU{digits(c, 3)}]#line(length:100%)#text(size:10pt)[书　　名：{subject} \\ 著　　者：{who.name}　{who.other} \\ 出版发行：{press} \\ "
    body += f"版　　次：{plain(on)}第1版　{plain(on)}第1次印刷 \\ 开　　本：787×1092 1/16　印张：14.5　字数：{digits(c, 3)}千字 \\ 定　　价：48.00元]"
    return Paper(
        "paper",
        body,
        {
            NAME: who.name,
            ("papers", "title"): subject,
            ("papers", "publisher"): press,
            ("papers", "number"): isbn,
            ("papers", "published_on"): on,
        },
    )


@_kind("培训结业证", FRESH)
def course(c: random.Random, who: Invented) -> Paper:
    """A course that was finished."""
    bureau, year = c.choice(BUREAUS), c.randint(2014, 2023)
    number = f"湘继教字第{year}{digits(c, 6)}号"
    words = f"{who.name}（身份证号：{who.identity}）于{year}年{c.randint(3, 6)}月参加专业技术人员继续教育公需科目培训，共{c.randint(24, 72)}学时，考核合格，准予结业。"
    body = (
        _title("继续教育培训结业证书", 28)
        + _told(words)
        + f"#v(12pt)编号：{number}"
        + _right(bureau, plain(f"{year}-07-15"))
    )
    return Paper(
        "training",
        body,
        {
            NAME: who.name,
            NUMBER: who.identity,
            ("training", "certificate"): number,
            ("training", "year"): str(year),
        },
        bureau,
        wide=True,
    )


@_kind("年度考核结果通知书", FRESH)
def notice_of_result(c: random.Random, who: Invented) -> Paper:
    """How somebody's year was judged."""
    unit, year, result = c.choice(COMPANIES), c.randint(2014, 2023), c.choice(("优秀", "合格", "基本合格"))
    words = f"{who.name}同志：经单位考核委员会研究，确定你{year}年度考核等次为{result}。如有异议，可在接到通知之日起三十日内申请复核。"
    body = _title("年度考核结果通知书", 24) + _told(words) + _right(unit, plain(f"{year + 1}-02-20"))
    return Paper(
        "assessment",
        body,
        {
            NAME: who.name,
            ("assessments", "year"): str(year),
            ("assessments", "result"): result,
            ("assessments", "unit"): unit,
        },
        unit,
        at=(0.75, 0.5),
    )


# -- drawn when every rule stood -------------------------------------------------------------------------


@_kind("学历认证书", LAST)
def certified(c: random.Random, who: Invented) -> Paper:
    """A degree that was certified in running words."""
    school, major, left = c.choice(SCHOOLS), c.choice(MAJORS), c.randint(2000, 2021)
    number = f"1{digits(c, 4)}5{left}{digits(c, 6)}"
    words = (
        f"经查，{who.name}，{'男' if c.random() < 0.5 else '女'}，出生日期{plain(who.born)}，于{left - 3}年9月入{school}{major}专业硕士研究生学习，"
        f"{left}年6月毕业，学历证书编号为{number}，情况属实。"
    )
    body = _title("中国高等教育学历认证报告", 24) + f"#align(right)[报告编号：{digits(c, 8)}]" + _told(words)
    return Paper(
        "education",
        body + _right("学历认证中心", plain(day(c, 2022, 2024))),
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


@_kind("实用新型专利证书", LAST)
def utility(c: random.Random, who: Invented) -> Paper:
    """A utility model."""
    thing, on = "一种" + c.choice(PROJECTS) + "设备", day(c, 2013, 2023)
    number = f"ZL{int(on[:4]) - 1}2{digits(c, 7)}.{c.choice('0123456789X')}"
    body = f"#text(size:11pt)[证书号第{digits(c, 8)}号]" + _title("实用新型专利证书", 30, "rgb(120,20,20)")
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


@_kind("事业单位聘用合同", LAST)
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
    body = _title("事业单位人员聘用合同", 22) + _table(rows, "(1fr,2.2fr)", 10) + _right(unit, plain(since))
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


@_kind("竞赛获奖证书", LAST)
def contest(c: random.Random, who: Invented) -> Paper:
    """A prize of a contest with its number."""
    giver, project, on = c.choice(GIVERS), c.choice(PROJECTS), day(c, 2010, 2023)
    grade = c.choice(("一等奖", "二等奖", "三等奖"))
    body = _title("获奖证书", 34, "rgb(150,40,20)") + f"#text(size:17pt)[{who.name}老师： \\ "
    body += _told(f"您的作品“{project}”在第{c.choice('二三四')}届职业技能竞赛中荣获{grade}，特颁此证。") + "]"
    body += f"#v(14pt)#text(size:10pt)[证书编号：JN{on[:4]}-{digits(c, 5)}]" + _right(giver, numerals(on))
    return Paper(
        "award",
        body,
        _awarded(who, project, grade, on, giver),
        giver,
        wide=True,
        at=(0.75, 0.75),
    )


@_kind("职称评审表末页", LAST)
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
    body = _title("专业技术职务任职资格评审表", 20) + _table(rows, "(1fr,2.6fr)", 14)
    return Paper(
        "title",
        body + _right(bureau),
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
