"""识读: what is called the same, what is called different, and what nobody can say."""

from __future__ import annotations

import pytest

from tests.workflow.recognition.pages import line, page, recorded
from workflow.recognition import documents
from workflow.recognition.verdict import Asked, Verdict, of_pages, offered, verdict

AGREES, DIFFERS, UNREAD = Verdict.AGREES, Verdict.DIFFERS, Verdict.UNREAD
DIPLOMA = page(
    "普通高等学校毕业证书",
    "学生 李明辉，性别男，1986年8月11日生，于2006年9月至2010年6月在本校土木工程专业学习",
    "校名：湖南湘江理工大学",
    "证书编号：105321201005001234",
)


def said(kind, typed, seen=DIPLOMA, labels=(), words=()):
    return verdict(Asked(kind, typed, tuple(labels), frozenset(words)), seen).verdict


@pytest.mark.parametrize(
    ("kind", "typed", "labels"),
    [
        ("name", "李明辉", ()),
        ("number", "105321201005001234", ()),
        ("number", "1053 2120 1005 001234", ()),
        ("date", "2010-06", ("至",)),
        ("date", "2006-09", ("于",)),
        ("organisation", "湖南湘江理工大学", ()),
        ("text", "土木工程", ("专业",)),
    ],
)
def test_what_stands_on_the_paper_agrees(kind, typed, labels):
    assert said(kind, typed, labels=labels) == AGREES


@pytest.mark.parametrize("place", range(18))
def test_a_wrong_digit_never_agrees(place):
    right = "105321201005001234"
    wrong = right[:place] + str((int(right[place]) + 1) % 10) + right[place + 1 :]
    assert said("number", wrong) == DIFFERS
    assert said("number", right[:place] + right[place + 1 :]) != AGREES, "nor one that is missing"


def test_a_digit_the_reader_was_not_sure_of_is_held_against_nobody():
    doubtful = page(line("证书编号：105321201005001234", others={"5": {"6": 0.1}}))
    assert said("number", "106321201006001234", doubtful) == UNREAD
    assert said("number", "105321201005001234", page(line("证书编号：105321201005001234", sure=0.3))) == UNREAD


def test_both_readings_of_the_page_must_say_the_same_before_it_differs():
    once = page("证书编号：105321201005001234", second=["证书编号：105321201005001284"])
    assert said("number", "105321201005001239", once) == UNREAD
    assert said("number", "105321201005001284", once) == UNREAD, "one agrees and the other surely does not"


def test_an_identity_number_that_is_possible_is_not_called_wrong_by_one_that_is_not():
    seen = page("身份证号：430102197903070310")
    assert said("number", "430102197903070318", seen) == UNREAD
    assert said("number", "430102197903070310", page("身份证号：430102197903070318")) == DIFFERS


def test_another_date_beside_its_label_differs_and_one_that_stands_alone_may_not():
    assert said("date", "2011-06", labels=("至",)) == DIFFERS
    assert said("date", "2011-06", labels=("取得时间",)) == UNREAD, "two dates, and none is known to be this one"
    assert said("date", "1986-08", labels=("取得时间",)) == UNREAD, "nobody graduates on the day of his birth"


def test_where_a_year_has_lost_a_figure_no_date_differs():
    assert said("date", "2010-06", page("毕业时间：二〇一〇年六月"), ("毕业时间",)) == AGREES
    lost = page("二〇一年六月", "毕业时间：二〇一一年六月")
    assert said("date", "2010-06", lost, ("毕业时间",)) == UNREAD


def test_a_date_is_compared_as_far_as_it_is_printed():
    printed = page("批准日期：2016.11.30")
    assert said("date", "2016-11", printed) == said("date", "2016-11-30", printed) == AGREES
    assert said("date", "2016-11-30", page("二〇一六年十一月")) == AGREES


def test_a_name_ends_where_a_word_ends():
    assert said("name", "李明") == UNREAD, "a part of another's name"
    assert said("name", "李明军") == DIFFERS
    assert said("name", "欧阳静") == DIFFERS
    assert said("name", "王㛃", page("学生王娇，性别女")) == UNREAD, "a character the reader hardly knows"
    assert said("name", "阿依古丽·买买提", page("姓名：阿依古丽•买买提")) == AGREES


def test_a_short_word_agrees_where_it_stands_for_itself():
    words = ("优秀", "合格", "基本合格", "不合格")
    form = page("学业水平考试合格率百分之百", "考核等次：优秀")
    assert said("word", "合格", form, ("考核等次",), words) == DIFFERS
    assert said("word", "优秀", form, ("考核等次",), words) == AGREES
    assert said("word", "合格", page("考核等次：基本合格"), ("考核等次",), words) == DIFFERS
    assert said("word", "合格", page("学业水平考试合格率百分之百"), ("考核等次",), words) == UNREAD
    titles = ("工程师", "高级工程师")
    assert said("word", "工程师", page("职称名称：高级工程师"), ("职称名称",), titles) == DIFFERS


def test_the_year_of_a_form_is_not_the_year_it_was_signed_in():
    form = page("年度考核登记表（2020年度）", "2021年1月12日")
    assert (said("year", "2020", form), said("year", "2021", form)) == (AGREES, DIFFERS)


def test_another_school_of_the_same_name_does_not_agree():
    assert said("organisation", "湖南湘江科技大学") == DIFFERS
    assert said("organisation", "中南大学", page("中南大学湘雅医学院")) == UNREAD


def test_the_beginning_of_a_longer_title_does_not_agree():
    seen = page("软件名称：供水管网漏损控制系统")
    assert said("text", "供水管网漏损", seen, ("软件名称",)) == UNREAD
    assert said("text", "供水管网漏损控制系统", seen, ("软件名称",)) == AGREES


def test_one_page_of_a_file_is_enough_and_pages_that_disagree_say_nothing():
    asked = Asked("number", "105321201005001234")
    other = page("证书编号：105321201005001239")
    assert of_pages(asked, [other, DIPLOMA]).page == 2
    assert of_pages(asked, [other]).verdict == DIFFERS
    assert of_pages(asked, [other, page("证书编号：105321201005001236")]).verdict == UNREAD


def test_an_empty_field_is_offered_what_stands_beside_its_label():
    asked = Asked("number", "", ("证书编号",))
    assert offered(asked, [DIPLOMA]).read == "105321201005001234"
    assert offered(asked, [page("编号：105321201005001234")]).read == ""
    assert offered(Asked("date", "", ("至",)), [DIPLOMA]).read == "2010-06"


def test_the_box_stands_on_the_page_as_people_see_it():
    number = Asked("number", "12345678")
    upright = verdict(number, page("证书编号：12345678")).box
    over = verdict(number, page("证书编号：12345678", turned=2)).box
    assert (round(upright.left + over.right, 6), round(upright.top + over.bottom, 6)) == (1, 1)
    assert upright.left > 0.04, "the label is not in the box"


@pytest.mark.parametrize("document", recorded(), ids=lambda one: one[0])
def test_documents_that_were_photographed_and_read_agree_with_what_is_right(document):
    _kind, material, typed, seen = document
    proved = {(one.section, one.field): one for one in documents.READ[material]}
    for section, field, value in typed:
        one = proved[section, field]
        asked = Asked(one.kind, value, one.labels, documents.words_of(one))
        assert verdict(asked, seen).verdict != DIFFERS, (field, value)
        if one.kind == "number":
            at = next(i for i, sign in enumerate(value) if sign.isdigit())
            wrong = value[:at] + str((int(value[at]) + 3) % 10) + value[at + 1 :]
            assert verdict(Asked(one.kind, wrong, one.labels), seen).verdict != AGREES


def test_a_day_that_stands_for_another_thing_agrees_with_none():
    both = page("入学日期：2008年9月1日", "毕业日期：2012年6月30日")
    assert said("date", "2012-06-30", both, labels=("入学日期",)) == UNREAD
    assert said("date", "2012-06-30", both, labels=("毕业日期",)) == AGREES


def test_one_number_under_the_words_of_another_office_is_not_agreed_to():
    assert said("number", "湘职证字第2020001号", page("证书编号：湘职证字第2020001号")) == AGREES
    assert said("number", "湘职证字第2020001号", page("证书编号：鄂职证字第2020001号")) == UNREAD


def test_of_a_page_without_end_the_first_lines_are_compared():
    endless = page(*(f"第{n}行" for n in range(2000)))
    assert len(endless[0].lines) == 400
