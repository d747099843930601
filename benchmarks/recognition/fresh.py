"""Kinds that were not looked at: other layouts, other words. One rule was mended after them."""

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


@kind("自学考试毕业证", KINDS)
def self_taught(c: random.Random, who: Invented) -> Paper:
    """A diploma by examination."""
    school, major, left = c.choice(SCHOOLS), c.choice(MAJORS), day(c, 1995, 2020)
    number = f"65430{digits(c, 13)}"
    body = heading("高等教育自学考试 \\ 毕 业 证 书", 26)
    body += f"#grid(columns:(1fr,1.6fr),gutter:20pt,[#v(60pt)（照片）],[{told(f'{who.name}　参加高等教育{major}专业本科自学考试，全部课程成绩合格，经审定准予毕业。')}#v(10pt)"
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


@kind("学历注册备案表", KINDS)
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
    body = heading("教育部学历证书电子注册备案表", 20) + table(rows, "(1fr,2fr)")
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


@kind("职称评审通过文件", KINDS)
def notice_of_titles(c: random.Random, who: Invented) -> Paper:
    """An office's notice of whose titles are confirmed, with several names."""
    bureau, title, got = c.choice(BUREAUS), c.choice(TITLES), day(c, 2008, 2022)
    others = [n for n in ("贺立平", "廖敏", "陶建军", "汤晓红", "姚远") if n != who.name]
    words = (
        f"各县市区人力资源和社会保障局，市直各单位：经评审委员会评审通过，公示无异议，确认{others[0]}、{others[1]}、{who.name}、"
        f"{others[2]}等4名同志具备{title}任职资格，资格时间从{plain(got)}起计算。"
    )
    body = f"#align(center)[#text(size:26pt,fill:rgb(200,20,20))[{bureau}文件]]#v(8pt)#align(center)[〔{got[:4]}〕{c.randint(3, 99)}号]"
    body += "#line(length:100%,stroke:red)" + heading("关于确认专业技术职务任职资格的通知", 18) + told(words)
    body += right(bureau, plain(got[:8] + "28"))
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


@kind("电子职称证书", KINDS)
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
    body = heading("湖南省职称电子证书", 26, "rgb(20,60,140)")
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


@kind("劳动合同", KINDS)
def contract(c: random.Random, who: Invented) -> Paper:
    """The first page of a contract of employment."""
    unit, since, post = c.choice(COMPANIES), c.randint(2008, 2020), c.choice(POSTS)
    clause = "乙方应按照甲方的要求，按时完成规定的工作数量，达到规定的质量标准，甲方每月15日前以货币形式支付工资。"
    body = (
        heading("劳 动 合 同 书", 18)
        + f"#text(size:10.5pt)[合同编号：HT-{since}-{digits(c, 4)} \\ 甲方（用人单位）：{unit} \\ "
    )
    body += f"乙方（劳动者）：{who.name} \\ 居民身份证号码：{who.identity} \\ "
    body += told(f"第一条　本合同为固定期限劳动合同，自{since}年7月1日起至{since + 5}年6月30日止。")
    body += told(f"第二条　乙方同意根据甲方工作需要，担任{post}岗位工作。") + "".join(
        told(f"第{n}条　{clause}") for n in "三四五六"
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


@kind("任职文件", KINDS)
def appointment(c: random.Random, who: Invented) -> Paper:
    """A unit's decision to appoint people."""
    unit, title, since = c.choice(COMPANIES), c.choice(TITLES), c.randint(2010, 2021)
    month = c.randint(1, 9)
    words = (
        f"所属各部门：经研究决定，聘任{who.name}同志为{title}，聘任时间自{since}年{month}月起至{since + 3}年{month + 2}月止；"
        f"聘任{who.other}同志为技术部主任。"
    )
    body = (
        heading(unit, 22, "rgb(200,20,20)")
        + f"#align(center)[人字〔{since}〕{c.randint(2, 60)}号]#line(length:100%,stroke:red)"
    )
    body += heading("关于聘任专业技术职务的决定", 20) + told(words) + right(unit, numerals(f"{since}-{month:02d}-06"))
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


@kind("职业资格证书", KINDS)
def licence(c: random.Random, who: Invented) -> Paper:
    """A licence of a profession."""
    what = c.choice(("一级注册结构工程师", "注册会计师", "一级建造师", "执业药师", "注册安全工程师"))
    bureau, on = c.choice(BUREAUS), day(c, 2008, 2022)
    number = f"{c.choice('ABS')}{digits(c, 9)}"
    body = heading(f"中华人民共和国 \\ {what}资格证书", 24)
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


@kind("软件著作权登记证书", KINDS)
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
    body = "#align(center)[中华人民共和国国家版权局]" + heading("计算机软件著作权登记证书", 24)
    body += f"#align(right)[证书号：软著登字第{digits(c, 7)}号]#par(leading:1.4em)["
    body += " \\ ".join(f"{a}：{b}" for a, b in lines) + "]"
    body += told(
        "根据《计算机软件保护条例》和《计算机软件著作权登记办法》的规定，经中国版权保护中心审核，对以上事项予以登记。"
    )
    return Paper(
        "patent",
        body + right(plain(on)),
        {
            NAME: who.name,
            ("patents", "name"): thing,
            ("patents", "number"): number,
            ("patents", "granted_on"): on,
        },
        "中国版权保护中心",
        at=(0.75, 0.8),
    )


@kind("荣誉证书", KINDS)
def honour(c: random.Random, who: Invented) -> Paper:
    """An honour of a person."""
    giver, on = c.choice(GIVERS), f"{c.randint(2008, 2023)}-{c.randint(1, 12):02d}"
    what = c.choice(("抗洪抢险先进个人", "优秀科技工作者", "师德标兵", "五一劳动奖章", "最美基层农技员"))
    words = f"{who.name} 同志：在{numerals(on)[:5]}度工作中成绩显著，被授予“{what}”称号，特发此证，以资鼓励。"
    body = heading("荣誉证书", 40, "rgb(180,30,20)") + f"#text(size:20pt)[{told(words)}]" + right(giver, numerals(on))
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


@kind("教学成果奖", KINDS)
def teaching_prize(c: random.Random, who: Invented) -> Paper:
    """A prize told in running words."""
    giver, project, on = c.choice(GIVERS), c.choice(PROJECTS), day(c, 2010, 2023)
    grade = c.choice(("一等奖", "二等奖", "三等奖", "特等奖"))
    words = f"{who.other}、{who.name}：你们完成的《{project}》在湖南省第{c.choice('三四五六')}届教学成果评选中荣获{grade}。特发此证。"
    body = heading("获 奖 证 书", 36, "rgb(170,30,30)") + f"#text(size:18pt)[{told(words)}]" + right(giver, plain(on))
    return Paper(
        "award",
        body,
        awarded(who, project, grade, on, giver),
        giver,
        wide=True,
        at=(0.78, 0.78),
    )


@kind("图书版权页", KINDS)
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


@kind("培训结业证", KINDS)
def course(c: random.Random, who: Invented) -> Paper:
    """A course that was finished."""
    bureau, year = c.choice(BUREAUS), c.randint(2014, 2023)
    number = f"湘继教字第{year}{digits(c, 6)}号"
    words = f"{who.name}（身份证号：{who.identity}）于{year}年{c.randint(3, 6)}月参加专业技术人员继续教育公需科目培训，共{c.randint(24, 72)}学时，考核合格，准予结业。"
    body = (
        heading("继续教育培训结业证书", 28)
        + told(words)
        + f"#v(12pt)编号：{number}"
        + right(bureau, plain(f"{year}-07-15"))
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


@kind("年度考核结果通知书", KINDS)
def notice_of_result(c: random.Random, who: Invented) -> Paper:
    """How somebody's year was judged."""
    unit, year, result = c.choice(COMPANIES), c.randint(2014, 2023), c.choice(("优秀", "合格", "基本合格"))
    words = f"{who.name}同志：经单位考核委员会研究，确定你{year}年度考核等次为{result}。如有异议，可在接到通知之日起三十日内申请复核。"
    body = heading("年度考核结果通知书", 24) + told(words) + right(unit, plain(f"{year + 1}-02-20"))
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
