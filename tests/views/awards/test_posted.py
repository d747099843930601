"""公示 without signing in: what N19 lists and nothing more, gone by rule; an objection by name reaches the desk."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select

from models.awards.publicity import Objection, Publicity, PublicityItem, PublicityKind, PublicityState
from models.declarations.declaration import DeclarationState as S
from models.office.journal import JournalEntry
from models.office.notice import Notice
from tests.views.office_day import noon  # noqa: F401
from workflow.awards import posted
from workflow.base import roles as r

pytestmark = pytest.mark.usefixtures("noon")
NUMBER, PHONE = "430102199001010016", "13812345678"
ASKED = {"informant": "钱七", "telephone": "0731-88880000", "text": "所列 2021 年项目并非本人主持完成", "promised": "1"}


@pytest.fixture
def post(make, session):
    """A unit's posting that runs at noon of 20 May 2026, of so many people."""

    def one(count=1, kind=PublicityKind.UNIT, **given):
        unit = make.organisation()
        state = S.UNIT_PUBLICITY if kind == PublicityKind.UNIT else S.RESULT_PUBLICITY
        people = [make.declaration(state=given.pop("case", state), unit=unit) for _n in range(count)]
        for d in people:
            d.content.sections = {
                "basic": {"email": "zhang@example.cn", "post": "机要科"},
                "education": [{"education": "大学本科", "school": "湖南大学", "certificate": "CERT-9"}],
                "projects": [{"name": f"湘江监测 {NUMBER} 联系 138 1234 5678", "role": "主持"}],
                "experience": [{"kind": "work", "unit": "某院", "witness": "证人甲"}],
            }
        made = Publicity(
            kind=kind,
            title="2026 年度职称申报公示",
            organisation_id=unit.id,
            posted_on=date(2026, 5, 18),
            starts_on=date(2026, 5, 19),
            ends_on=date(2026, 5, 25),
            place="公告栏",
            contents=["学历"],
            complaint_department="人事科",
            complaint_telephone="0731-2",
            handler="周核",
            **given,
        )
        made.people += [PublicityItem(declaration=d) for d in people]
        session.add(made)
        session.flush()
        return made

    return one


@pytest.fixture
def anybody(app, session):
    session.commit()
    return app.test_client()


def test_anybody_reads_what_is_posted_and_nothing_more(post, anybody):
    posting = post()
    answer = anybody.get(f"/posted/{posted.address(posting)}")
    text = answer.text
    d = posting.people[0].declaration
    for word in (d.applicant_name, d.unit.name, "湖南大学", "湘江监测", "人事科", "0731-2", "是否破格申报", "公告栏"):
        assert word in text
    for word in (NUMBER, "1234 5678", "zhang@example.cn", "机要科", "CERT-9", "证人甲", d.number, "周核"):
        assert word not in text
    assert d.person.masked_id not in text
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_a_wrong_address_finds_nothing(post, anybody):
    posting = post()
    for wrong in (str(posting.id), f"{posting.id}-", f"{posting.id}-{'0' * 32}", f"０{posted.address(posting)}", "x"):
        assert anybody.get(f"/posted/{wrong}").status_code == 404


@pytest.mark.parametrize("given", [{"ends_on": date(2026, 5, 19)}, {"state": PublicityState.VOID}, {"state": "closed"}])
def test_what_is_over_says_so_and_names_nobody(post, anybody, session, given):
    posting = post()
    for name, value in given.items():
        setattr(posting, name, value)
    session.flush()
    text = anybody.get(f"/posted/{posted.address(posting)}").text
    assert "不再显示" in text
    assert posting.people[0].declaration.applicant_name not in text
    assert "人事科" in text
    refused = anybody.post(f"/posted/{posted.address(posting)}/objection", data=ASKED | {"item": posting.people[0].id})
    assert refused.status_code in (409, 422, 400)
    assert session.scalar(select(Objection)) is None


def test_a_secret_declaration_shows_no_content(post, anybody):
    posting = post()
    posting.people[0].declaration.secret = True
    text = anybody.get(f"/posted/{posted.address(posting)}").text
    assert "涉密申报" in text
    assert "湖南大学" not in text


def test_who_was_sent_back_meanwhile_shows_no_content(post, anybody):
    posting = post(case=S.RETURNED)
    text = anybody.get(f"/posted/{posted.address(posting)}").text
    assert "已退出本次公示" in text
    assert "湖南大学" not in text


def test_results_name_person_unit_title_and_result(post, anybody):
    text = anybody.get(f"/posted/{posted.address(post(kind=PublicityKind.RESULT))}").text
    assert "评审通过" in text
    assert "湖南大学" not in text


def test_the_page_costs_the_same_for_one_and_for_thirty(post, anybody, session):
    def cost(posting):
        session.flush()
        session.expire_all()
        seen = []
        listener = lambda *a: seen.append(a[2])  # noqa: E731
        event.listen(session.get_bind(), "before_cursor_execute", listener)
        assert anybody.get(f"/posted/{posted.address(posting)}").status_code == 200
        event.remove(session.get_bind(), "before_cursor_execute", listener)
        return len(seen)

    one, many = post(1), post(30)
    cost(one)
    assert cost(many) <= cost(one) + 1


def test_an_objection_by_name_reaches_the_desk_and_the_journal(post, anybody, session, browser, make):
    posting = post()
    item = posting.people[0]
    answer = anybody.post(f"/posted/{posted.address(posting)}/objection", data=ASKED | {"item": item.id})
    assert answer.status_code == 200
    assert "异议已收到" in answer.text
    objection = session.scalar(select(Objection))
    assert (objection.informant, objection.named, objection.publicity_id) == ("钱七", True, posting.id)
    told = session.scalar(select(Notice).where(Notice.organisation_id == item.declaration.unit_id))
    assert told.link == f"/open/objection/{objection.id}"
    assert "钱七" not in told.text
    assert session.scalar(select(JournalEntry).where(JournalEntry.verb == "object_by_name")) is not None
    officer = make.account(r.UNIT_OFFICER, organisation_id=item.declaration.unit_id)
    assert "钱七" in browser(officer).get(f"/objectionscreen/show/{objection.id}").text
    again = anybody.post(f"/posted/{posted.address(posting)}/objection", data=ASKED | {"item": item.id})
    assert "已经收到" in again.text
    assert len(session.scalars(select(Objection)).all()) == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"informant": ""}, "真实姓名"),
        ({"informant": "1381"}, "真实姓名"),
        ({"telephone": "打我电话"}, "电话"),
        ({"text": "不实"}, "不少于 10 字"),
        ({"text": f"张三 {NUMBER} 弄虚作假"}, "不要填写证件号码"),
        ({"promised": ""}, "真实性负责"),
        ({"item": "99999999"}, "所涉及的人员"),
        ({"item": "²"}, "所涉及的人员"),
        ({"item": "9" * 60}, "所涉及的人员"),
    ],
)
def test_bad_input_is_told_at_its_field_and_kept(post, anybody, session, wrong, words):
    posting = post()
    given = ASKED | {"item": str(posting.people[0].id)} | wrong
    answer = anybody.post(f"/posted/{posted.address(posting)}/objection", data=given)
    assert answer.status_code == 422
    assert words in answer.text
    assert given["telephone"] in answer.text
    assert session.scalar(select(Objection)) is None


def test_an_address_hands_in_ten_a_day(post, anybody, session):
    posting = post()
    for n in range(posted.OF_ADDRESS):
        given = ASKED | {"item": posting.people[0].id, "text": f"第 {n} 件：所列项目并非本人主持"}
        assert anybody.post(f"/posted/{posted.address(posting)}/objection", data=given).status_code == 200
    over = anybody.post(
        f"/posted/{posted.address(posting)}/objection", data=given | {"text": "又一件：所列论文并非本人"}
    )
    assert over.status_code == 429
    assert len(session.scalars(select(Objection)).all()) == posted.OF_ADDRESS


def test_the_unit_finds_address_code_and_proof_on_its_posting(post, browser, make):
    posting = post()
    client = browser(make.account(r.UNIT_OFFICER, organisation_id=posting.organisation_id))
    page = client.get(f"/unitpublicityscreen/show/{posting.id}").text
    assert f"/posted/{posted.address(posting)}" in page
    assert "<svg" in page
    assert client.get(f"/unitpublicityscreen/proof/{posting.id}.pdf").data.startswith(b"%PDF")


@given(
    st.text(alphabet="张项目 -年", max_size=20),
    st.sampled_from([NUMBER, PHONE, "0731-88881234", "4301021990010100１X"]),
)
def test_no_number_of_a_person_or_telephone_survives(words, number):
    for shape in (number, " ".join(number), "-".join(number)):
        left = re.sub(r"[^0-9０-９]", "", posted.scrubbed(f"{words}{shape}{words}"))
        assert len(left) < 3


def test_years_and_names_stay():
    assert posted.scrubbed("2019-05 至 2021-12 主持 3 项") == "2019-05 至 2021-12 主持 3 项"
