"""Kinds of documents that were looked at while the rules of reading were written."""

from __future__ import annotations

# fmt: off  (a table of documents)
import random

from benchmarks.recognition.invented import (
    BUREAUS,
    COMPANIES,
    GIVERS,
    JOURNALS,
    MAJORS,
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


@kind("毕业证", KINDS)
def diploma(c: random.Random, who: Invented) -> Paper:
    """A diploma of a university."""
    school, major, left = c.choice(SCHOOLS), c.choice(MAJORS), c.randint(1990, 2020)
    number = f"1{digits(c, 4)}1{left}05{digits(c, 6)}"
    words = (
        f"学生 {who.name}，性别男，{numerals(who.born)}生，于{numerals(f'{left - 4}-09')}至{numerals(f'{left}-06')}"
        f"在本校 {major} 专业四年制本科学习，修完教学计划规定的全部课程，成绩合格，准予毕业。"
    )
    body = heading("普通高等学校毕业证书", 34) + told(words)
    body += f"#v(20pt)校名：{school} #h(60pt) 校（院）长：周启明 \\ #v(6pt) 证书编号：{number}"
    body += right(numerals(f"{left}-06-30"))
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


@kind("学位证", KINDS)
def degree(c: random.Random, who: Invented) -> Paper:
    """A degree."""
    school, major, left = c.choice(SCHOOLS), c.choice(MAJORS), c.randint(1995, 2020)
    number = f"1{digits(c, 4)}4{left}{digits(c, 6)}"
    words = (
        f"{who.name}，{'女' if c.random() < 0.5 else '男'}，{plain(who.born)}生。在我校完成了{major}本科专业学习计划，业已毕业，"
        "经审核符合《中华人民共和国学位条例》的规定，授予学士学位。"
    )
    body = (
        heading("学士学位证书", 34)
        + told(words)
        + f"#v(16pt)校　长：李守正 \\ 学位评定委员会主席：李守正 \\ 证书编号：{number}"
    )
    body += right(school, plain(f"{left}-06-20"))
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


@kind("职称证书", KINDS)
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
    body = heading("专业技术职务任职资格证书", 26) + f"#text(size:13pt)[{table(rows, '(auto,1fr,auto,1fr)')}]"
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


@kind("聘书", KINDS)
def letter_of_employment(c: random.Random, who: Invented) -> Paper:
    """An employer's letter."""
    unit, title, since = c.choice(COMPANIES), c.choice(TITLES), c.randint(2008, 2020)
    words = f"兹聘请 {who.name} 同志担任 {unit} {title} 职务，聘期自{since}年1月1日至{since + 3}年12月31日。"
    body = heading("聘　书", 44, "rgb(170,20,20)") + f"#text(size:18pt)[{told(words)}]"
    body += right(unit, plain(f"{since - 1}-12-25"))
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


@kind("获奖证书", KINDS)
def prize(c: random.Random, who: Invented) -> Paper:
    """A prize for a project."""
    giver, project, on = c.choice(GIVERS), c.choice(PROJECTS), day(c, 2008, 2023)
    grade = c.choice(("一等奖", "二等奖", "三等奖"))
    body = heading("科学技术进步奖证书", 32, "rgb(150,20,20)")
    body += f"#text(size:15pt)[{told('为表彰在推动科学技术进步中做出突出贡献，特颁发此证书，以资鼓励。')}"
    body += (
        f"#v(10pt)项目名称：{project} \\ 奖励等级：{grade} \\ 获 奖 者：{who.name}（第3完成人） \\ "
        f"证书编号：{on[:4]}4023-J2-{digits(c, 3)}-R03]"
    )
    return Paper(
        "award",
        body + right(giver, numerals(on)),
        awarded(who, project, grade, on, giver),
        giver,
        wide=True,
    )


@kind("专利证书", KINDS)
def patent(c: random.Random, who: Invented) -> Paper:
    """A patent."""
    unit, thing, on = c.choice(COMPANIES), "一种" + c.choice(PROJECTS) + "装置", day(c, 2012, 2023)
    number = f"ZL {int(on[:4]) - 2} 1 0{digits(c, 6)}.{digits(c, 1)}"
    body = f"#align(right)[证书号第{digits(c, 7)}号]" + heading("发明专利证书", 32)
    body += (
        f"#text(size:13pt)[#par(leading:1.5em)[发 明 名 称：{thing} \\ 发　明　人：{who.other};{who.name} \\ 专　利　号：{number}"
        f" \\ 专利申请日：{plain(day(c, 2008, 2011))} \\ 专 利 权 人：{unit} \\ 授权公告日：{plain(on)}　　授权公告号：CN"
        f" 1{digits(c, 8)} B]]#v(14pt)#text(size:11pt)["
        + told("本发明经过本局依照中华人民共和国专利法进行审查，决定授予专利权，颁发本证书并在专利登记簿上予以登记。")
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


@kind("论文首页", KINDS)
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
    body += f"#v(6pt)#text(size:9pt)[摘　要：{words} \\ 关键词：工程；监测；数值模拟]#v(8pt)#text(size:10pt)[{told(words * 3)}]"
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


@kind("学时认定单", KINDS)
def hours(c: random.Random, who: Invented) -> Paper:
    """Hours of continuing education."""
    bureau, unit, year = c.choice(BUREAUS), c.choice(COMPANIES), c.randint(2015, 2023)
    number = f"XJ{year}-43{digits(c, 4)}-{digits(c, 5)}"
    rows = [["序号", "年度", "培训内容", "类别", "学时"]]
    rows += [[str(n + 1), str(year), c.choice(PROJECTS), "专业科目", str(c.randint(20, 60))] for n in range(4)]
    body = heading("湖南省专业技术人员继续教育学时认定单", 20)
    body += f"姓名：{who.name}　　身份证号：{who.identity}　　单位：{unit}#v(6pt)"
    body += table(rows, "(auto,auto,1fr,auto,auto)") + f"合计学时：212　　认定编号：{number}"
    body += right(bureau, plain(f"{year}-11-08"))
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


@kind("年度考核表", KINDS)
def yearly(c: random.Random, who: Invented) -> Paper:
    """A yearly assessment."""
    unit, year, result = c.choice(COMPANIES), c.randint(2014, 2023), c.choice(("优秀", "合格"))
    words = "本年度承担三个班的教学任务，坚持集体备课，主持县级课题一项，学业水平考试合格率百分之百。"
    body = heading(f"事业单位工作人员年度考核登记表 \\ （{year}年度）", 20)
    rows = [
        ["姓名", who.name, "性别", "女", "出生年月", who.born[:7].replace("-", ".")],
        ["单位及职务", f"{unit}　职员", "", "", "参加工作时间", "2009.08"],
    ]
    body += f"#text(size:11pt)[{table(rows, '(auto,1fr,auto,auto,auto,auto)')}"
    body += table([["个人总结", words], ["考核等次", f"#text(size:16pt)[{result[0]}　{result[1]}]"]], "(auto,1fr)")
    body += "]" + right(plain(f"{year + 1}-01-12"))
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


@kind("身份证", KINDS)
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
