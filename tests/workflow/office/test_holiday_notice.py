"""The notice of the State Council is pasted as it is and gives the working-day calendar of its year."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from models.office.setting import CalendarDay, CalendarYear, DayKind
from workflow.base import roles
from workflow.base.errors import NotYou, Refused
from workflow.office import work_calendar, working_days
from workflow.office.holiday_notice import read

NOTICE = """
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。\
2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作。
"""


@pytest.fixture
def clerk(make, as_):
    return as_(make.account(roles.HRSS_CONFIG))


def year_of(session, year):
    return session.scalar(select(CalendarYear).where(CalendarYear.year == year))


def test_the_notice_of_2026_gives_the_calendar_of_2026(session):
    held = session.scalars(
        select(CalendarDay)
        .where(CalendarDay.day.between(date(2026, 1, 1), date(2026, 12, 31)))
        .order_by(CalendarDay.day)
    )
    assert [(off.day, off.kind, off.name) for off in read(2026, NOTICE)] == [
        (row.day, row.kind, row.name) for row in held
    ]
    assert {change.what for change in work_calendar.changes(session, 2026, read(2026, NOTICE))} == {"不变"}


def test_days_may_be_given_one_by_one():
    found = read(
        2027,
        "2027-02-05 至 2027-02-11 放假 春节\n2027-02-13 调休上班 春节\n12月31日放假：迎新".replace(
            "放假：迎新", "迎新放假"
        ),
    )
    assert [(str(off.day), off.kind) for off in found][-2:] == [
        ("2027-02-13", DayKind.MAKEUP),
        ("2027-12-31", DayKind.HOLIDAY),
    ]
    assert {off.name for off in found} == {"春节", "迎新"} and len(found) == 7


def test_a_holiday_may_begin_in_the_year_before():
    found = read(2027, "一、元旦：2026年12月31日（周四）至2027年1月3日放假调休，共4天。")
    assert [str(off.day) for off in found] == ["2026-12-31", "2027-01-01"]


def test_only_weekdays_off_and_weekends_worked_are_kept():
    """1月4日 is a Sunday: it is worked, and the run of days off does not take it out again."""
    text = "一、元旦：1月1日放假。\n二、假：1月4日上班。1月3日至5日放假。"
    assert [str(off.day) for off in read(2026, text)] == ["2026-01-01", "2026-01-04", "2026-01-05"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "没有读到"),
        ("一、元旦：1月1日（周五）至3日放假。", "2026-01-01 是周四，不是周五"),
        ("一、元旦：1月5日（周一）上班。", "本就是工作日"),
        ("一、元旦：1月1日至3日。", "没有写明放假还是上班"),
        ("一、元旦：13月1日放假。", "不是有效日期"),
        ("一、元旦：1月3日至1日放假。", "起止有误"),
        ("一、元旦：3日放假。", "没有写明月份"),
        ("一、元旦：2020年1月1日放假。", "不在 2026 年前后"),
        ("1月1日放假。", "没有写明节日名称"),
    ],
)
def test_what_cannot_be_understood_is_told_with_its_line(text, why):
    with pytest.raises(Refused, match=why) as refused:
        read(2026, text)
    assert set(refused.value.fields) == {"text"}


def test_a_provisional_year_is_announced_at_once_and_terms_follow(session, clerk):
    year = year_of(session, 2027)
    assert not year.announced and working_days.provisional(session, date(2027, 2, 8))
    before = {
        c.off.day: c.what
        for c in work_calendar.changes(
            session, 2027, read(2027, "一、元旦：1月1日放假。\n二、春节：2月5日至11日放假调休。2月13日（周六）上班。")
        )
    }
    assert (
        before[date(2027, 1, 1)] == "不变"
        and before[date(2027, 2, 5)] == "新增"
        and before[date(2027, 10, 1)] == "移除"
    )
    offs = read(2027, "一、元旦：1月1日放假。\n二、春节：2月5日至11日放假调休。2月13日（周六）上班。")
    work_calendar.announce(clerk, year, source="国办发明电〔2026〕9号", offs=offs)
    assert year.announced and not working_days.provisional(session, date(2027, 2, 8))
    assert not working_days.is_workday(session, date(2027, 2, 8)) and working_days.is_workday(
        session, date(2027, 2, 13)
    )
    assert working_days.is_workday(session, date(2027, 10, 1)), "what the notice does not name is a day like any other"
    (entry,) = [facts for verb, _s, facts in clerk.entries if verb == "announce_year"]
    assert "国办发明电〔2026〕9号" in entry["opinion"] and "新增" in entry["opinion"]


def test_an_announcement_needs_its_notice_its_days_and_the_right_desk(make, as_, session, clerk):
    year, offs = year_of(session, 2027), read(2027, "一、元旦：1月1日放假。")
    with pytest.raises(Refused, match="通知的名称或文号"):
        work_calendar.announce(clerk, year, source=" ", offs=offs)
    with pytest.raises(Refused, match="没有放假或上班的日期"):
        work_calendar.announce(clerk, year, source="通知", offs=[])
    with pytest.raises(NotYou):
        work_calendar.announce(as_(make.account(roles.HRSS_AUDIT)), year, source="通知", offs=offs)
