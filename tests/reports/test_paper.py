"""Papers say exactly what the record says, on every page, today and in thirty years."""

import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date

import pikepdf
import pypdfium2
import pytest

from reports import rare
from reports.paper import FONTS, TEMPLATES, Unprintable, missing_glyphs, qr_svg, render

DAY = date(2026, 11, 20)
ADDRESS = "https://example.gov.cn/verify/ZB4301002620260012300456"
MARKUP = '#read("/etc/passwd") *星* _线_ $x^2$ <标> @引 \\反 `码` "引" \'单\' [方] {花} = 题 // 注 #pagebreak()'

CERTIFICATE = {
    "name": "欧阳㙘鑫",
    "sex": "女",
    "id_number": "4301**********3826",
    "title": "高级工程师",
    "specialty": "水利水电工程",
    "level": "副高级",
    "method": "评审",
    "acquired_on": DAY,
    "authority": "湖南省水利水电工程系列高级专业技术职务任职资格评审委员会",
    "unit": "湖南省水利水电勘测设计规划研究总院有限公司第三勘测设计分院",
    "issuer": "湖南省人力资源和社会保障厅",
    "number": "ZB4301002620260012300456",
    "filing_number": "湘职改办备〔2026〕118号",
    "verify_url": ADDRESS,
}
REVIEW_FORM = {
    "number": "2026-SL-0000123",
    "cover": [["姓名", "欧阳㙘鑫"]],
    "sections": [
        {"title": "基本信息", "kind": "facts", "facts": [["姓名", "欧阳㙘鑫"], ["职务", None]]},
        {"title": "获奖", "kind": "table", "columns": ["名称", "级别"], "rows": [["科技进步奖"]]},
        {"title": "业绩", "kind": "text", "text": "主持完成\n湘江综合枢纽监测"},
    ],
    "promise": {"text": ["本人承诺真实。"], "signer": "欧阳㙘鑫", "signed_at": "2026-07-18 14:32"},
    "liability_card": {"items": [{"item": "学历证书", "checker": "周敏", "result": "属实"}]},
    "unit_opinion": {"opinion": "同意推荐", "handler": "周敏", "head": "陈立新", "on": DAY},
    "authority_opinions": [{"organisation": "省水利厅", "opinion": "同意呈报"}, {}],
    "result": {"facts": [["同意", 20]], "opinion": "通过"},
    "content_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "verify_url": ADDRESS,
}
NOTICE = {
    "title": "一次性补正告知书",
    "addressee": "欧阳㙘鑫同志",
    "paragraphs": ["你的申报材料收悉，需补正："],
    "items": ["学历认证报告；", "继续教育学时认定单。"],
    "closing": ["特此告知。"],
    "signature": "湖南省水利厅职称改革工作领导小组办公室",
    "date": DAY,
}
ROSTER = {
    "title": "评审结果公示名单",
    "facts": [["公示期", "2026年11月2日至11月6日"]],
    "columns": [{"label": "序号", "width": 1, "align": "center"}, {"label": "姓名"}, "工作单位"],
    "rows": [
        [n, f"阿卜杜热合曼·麦麦提吐尔逊艾力{n}", "湖南省水利水电勘测设计规划研究总院有限公司" * 3] for n in range(1, 61)
    ],
    "footer_facts": [["合计", "60 人"]],
    "signatures": ["评委会主任", "监督人员"],
}
STATISTICS = {
    "title": "职称申报评审统计年报",
    "subtitle": "年度：2026",
    "note": "数据截至 2026-11-20 10:00",
    "sections": [
        {
            "title": "各市州申报与通过",
            "definition": "口径",
            "columns": ["市州", "申报数"],
            "rows": [["长沙市", "1,234"]] * 60,
        },
        {"title": "系列 × 市州", "columns": [str(n) for n in range(16)], "rows": [["9"] * 16]},
    ],
}
PROOF = {
    "title": "公示证明",
    "organisation": "湖南省水利水电勘测设计规划研究总院有限公司",
    "paragraphs": ["兹证明下列同志的申报材料进行了公示。"],
    "people": [[str(n), "欧阳㙘鑫", "副高级 高级工程师", "水利水电工程"] for n in range(1, 61)],
    "facts": [["公示内容", "学历、资历"], ["收到异议", "无"]],
    "handler": "周敏",
    "head": "陈立新",
    "verify_url": ADDRESS,
}
PAPERS = {
    "publicity_proof": PROOF,
    "certificate": CERTIFICATE,
    "review_form": REVIEW_FORM,
    "notice": NOTICE,
    "roster": ROSTER,
    "statistics": STATISTICS,
    "opinion_sheet": REVIEW_FORM | {"opinions": [{"title": "用人单位审查及推荐意见", "organisation": "湖南大学"}]},
}


def text_of(pdf: bytes) -> str:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def packed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_every_font_is_embedded(template):
    with pikepdf.open(io.BytesIO(render(template, PAPERS[template], printed_on=DAY))) as pdf:
        fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
        assert fonts
        for font in fonts:
            assert "FontFile3" in str(font.DescendantFonts[0].FontDescriptor.keys())


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_a_paper_without_facts_still_prints(template):
    assert render(template, {}, printed_on=DAY).startswith(b"%PDF-")


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_the_same_facts_on_the_same_day_are_the_same_paper(template):
    first = render(template, PAPERS[template], printed_on=DAY)
    assert render(template, PAPERS[template], printed_on=DAY) == first
    assert render(template, PAPERS[template], printed_on=date(2026, 11, 21)) != first


def test_papers_printed_at_once_do_not_mix():
    alone = {name: render(name, facts, printed_on=DAY) for name, facts in PAPERS.items()}
    with ThreadPoolExecutor(4) as pool:
        jobs = [
            (name, pool.submit(render, name, facts, printed_on=DAY)) for _ in range(5) for name, facts in PAPERS.items()
        ]
    assert all(job.result() == alone[name] for name, job in jobs)


def test_an_unknown_paper_is_refused():
    with pytest.raises(KeyError):
        render("../paper", {}, printed_on=DAY)


def test_a_worker_that_does_not_print_does_not_load_the_printer():
    check = "import sys, reports.paper; sys.exit(bool({'typst', 'segno'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", check], cwd=FONTS.parent.parent, check=False).returncode == 0


# ---- what is on the paper ----


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_markup_in_a_record_is_printed_as_it_is(template):
    hostile = {
        "certificate": {"name": MARKUP, "unit": MARKUP},
        "review_form": {
            "sections": [
                {"title": MARKUP, "kind": "facts", "facts": [[MARKUP, MARKUP]]},
                {"kind": "table", "columns": [MARKUP], "rows": [[MARKUP]]},
                {"kind": "text", "text": MARKUP},
            ]
        },
        "publicity_proof": {"title": MARKUP, "paragraphs": [MARKUP], "people": [["1", MARKUP, MARKUP, MARKUP]]},
        "notice": {"title": MARKUP, "paragraphs": [MARKUP], "items": [MARKUP]},
        "roster": {"title": MARKUP, "columns": [MARKUP], "rows": [[MARKUP]]},
        "opinion_sheet": {"cover": [[MARKUP, MARKUP]], "opinions": [{"title": MARKUP, "opinion": MARKUP}]},
        "statistics": {"sections": [{"title": MARKUP, "columns": [MARKUP], "rows": [[MARKUP]]}]},
    }[template]
    read = packed(text_of(render(template, hostile, printed_on=DAY)))
    assert packed(MARKUP) in read
    assert "root:" not in read


def test_the_address_of_a_certificate_stands_in_its_code_and_not_as_letters():
    read = packed(text_of(render("certificate", CERTIFICATE, printed_on=DAY)))
    assert "http" not in read and "第1页" not in read and "门户网站" in read


@pytest.mark.parametrize("key", sorted(CERTIFICATE.keys() - {"verify_url"}))
def test_the_certificate_can_be_searched(key):
    read = text_of(render("certificate", CERTIFICATE, printed_on=DAY))
    said = "2026年11月20日" if key == "acquired_on" else CERTIFICATE[key]
    assert packed(said) in packed(read)


@pytest.mark.parametrize(("method", "label"), [("评审", "评审委员会"), ("认定", "认定单位")])
def test_the_certificate_names_who_decided(method, label):
    read = text_of(render("certificate", CERTIFICATE | {"method": method}, printed_on=DAY))
    assert any(line.startswith(label + " ") for line in read.splitlines())


def test_a_revoked_certificate_says_so():
    read = text_of(render("certificate", CERTIFICATE | {"watermark": "已撤销"}, printed_on=DAY))
    assert all(it in read for it in "已撤销")


def test_the_longest_names_still_fit_one_page():
    wide = {"name": "阿卜杜热合曼·麦麦提吐尔逊艾力", "title": "正高级工程师" * 5}
    wide |= dict.fromkeys(("specialty", "authority", "unit"), "湖南省水利水电勘测设计规划" * 4)
    with pikepdf.open(io.BytesIO(render("certificate", CERTIFICATE | wide, printed_on=DAY))) as pdf:
        assert len(pdf.pages) == 1


def test_the_certificate_is_made_for_the_archive():
    with pikepdf.open(io.BytesIO(render("certificate", CERTIFICATE, printed_on=DAY))) as pdf:
        assert pdf.open_metadata().pdfa_status == "2B"


def test_a_long_roster_repeats_its_heading_and_counts_its_pages():
    paper = render("roster", ROSTER, printed_on=DAY)
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        pages = len(pdf.pages)
        assert pdf.pages[0].mediabox[2] > pdf.pages[0].mediabox[3]
    assert pages > 2
    for number, page in enumerate(text_of(paper).split("\f")[:pages], start=1):
        assert f"第{number}页共{pages}页" in packed(page)
        assert "序号" in page
    read = packed(text_of(paper))
    assert all(f"艾力{n}" in read for n in range(1, 61))


@pytest.mark.parametrize("rows", range(15, 22))
def test_a_roster_is_signed_on_a_page_that_shows_its_last_rows(rows):
    names = [[n, f"申报人{n}", "湖南省水利厅"] for n in range(1, rows + 1)]
    paper = render("roster", ROSTER | {"rows": names, "signature": "评委会（盖章）"}, printed_on=DAY)
    with closing(pypdfium2.PdfDocument(paper)) as document:
        last = document[len(document) - 1].get_textpage().get_text_range()
    assert all(words in packed(last) for words in (f"申报人{rows - 1}", f"申报人{rows}", "监督人员", "评委会（盖章）"))


def test_sections_are_numbered_in_chinese_to_the_end_and_a_letter_of_one_page_bears_no_number():
    sections = [{"title": f"栏目{n}", "kind": "text", "text": "无"} for n in range(1, 34)]
    read = packed(text_of(render("opinion_sheet", {"sections": sections}, printed_on=DAY)))
    told = {1: "一", 10: "十", 19: "十九", 20: "二十", 21: "二十一", 30: "三十", 33: "三十三"}
    assert all(f"{word}、栏目{n}" in read for n, word in told.items()) and "20、" not in read
    assert "第1页" not in packed(text_of(render("notice", NOTICE, printed_on=DAY)))


def test_the_review_form_keeps_a_place_for_every_office():
    read = packed(text_of(render("review_form", REVIEW_FORM, printed_on=DAY)))
    assert "用人单位测评、公示结果，初审及推荐意见" in read
    assert read.count("主管部门或市州形式审查及呈报意见") == 2
    assert "评委会日常办事机构材料复核意见" in read
    assert "真实性审核责任卡" in read
    assert "承诺人（手写签名）" in read
    assert read.count(REVIEW_FORM["content_hash"]) == read.count("内容校验码") > 1


# ---- characters ----


def test_characters_nobody_can_print_are_reported():
    assert missing_glyphs("欧阳㙘鑫·𬭎𨱏\n\t✓□·—…№〔〕①Ⅳ㎡ é") == set()
    assert missing_glyphs("张😀𪚥") == {"😀"}


def test_the_character_list_is_the_fonts_own():
    fonttools = pytest.importorskip("fontTools.ttLib")
    files = [*FONTS.glob("*.otf"), rare.folder() / rare.NAME]
    own = {code for path in files for code in fonttools.TTFont(path).getBestCmap()}
    every = "".join(map(chr, range(0x20, 0xD800))) + "".join(map(chr, range(0xF900, 0x33000)))
    assert missing_glyphs(every) == {it for it in every if ord(it) not in own}


def test_a_certificate_is_not_issued_with_a_hole_in_the_name():
    with pytest.raises(Unprintable, match="U\\+30000"):
        render("certificate", CERTIFICATE | {"name": "张𰀀"}, printed_on=DAY)


def test_the_address_becomes_a_picture():
    assert qr_svg(ADDRESS).startswith(b"<svg")
    assert qr_svg(ADDRESS) == qr_svg(ADDRESS) != qr_svg(ADDRESS + "1")
