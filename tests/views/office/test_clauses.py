"""政策依据: whoever reads a citation may read its wording, without signing in."""

import pytest

from views.office import clauses as page
from workflow.office import reference
from workflow.office.clauses import CITED, code_of

CODES = {
    "118号 四(二)",
    "118号 四(二)2",
    "附件3 1.24",
    "附件2 1.1.1",
    "令40号",
    "令40号 第九条",
    "人社厅发〔2022〕60号",
}


@pytest.fixture
def kept(session):
    reference.load_into(session, reference.DIRECTORY)
    session.commit()


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("118号 四(二)2", "118号 四(二)2"),
        ("118号四（二）2", "118号 四(二)2"),
        ("118号 四(二)9", "118号 四(二)"),
        ("118号 四(九)", None),
        ("附件2 1.1.1.3", "附件2 1.1.1"),
        ("附件3 1.24", "附件3 1.24"),
        ("附件3 9.9", None),
        ("令40号 第九条", "令40号 第九条"),
        ("人社厅发〔2022〕60号", "人社厅发〔2022〕60号"),
        ("'; drop table clause; --", None),
        ("", None),
    ],
)
def test_a_citation_names_its_clause_or_the_one_it_stands_in(said, meant):
    assert code_of(said, CODES) == meant


def test_the_wording_of_a_citation_stands_first(app, kept):
    answer = app.test_client().get("/clauses/?at=118号 四(二)2")
    body = answer.get_data(as_text=True)
    assert answer.status_code == 200
    first = body.index('class="clause-text"')
    assert body[first : first + 400].count("公示不少于") + body[first : first + 700].count("5 个工作日") >= 1


def test_words_find_the_clauses_in_which_all_of_them_stand(app, kept):
    body = app.test_client().get("/clauses/?q=公示 张榜").get_data(as_text=True)
    assert body.count("<article") == 1 or "118号 四(二)2" in body
    assert "118号 八(六)" not in body


def test_what_is_not_kept_is_said_and_nothing_breaks(app, kept):
    for strange in ("118号 九(九)", "%00", "附件3 99.99", "<script>alert(1)</script>", "长" * 500):
        answer = app.test_client().get("/clauses/", query_string={"at": strange, "q": strange})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.get_data(as_text=True)


def test_pages_know_a_citation_by_the_same_pattern_as_the_rules():
    script = (reference.DIRECTORY.parent.parent / "app/static/cited.js").read_text(encoding="utf-8")
    assert f"/{CITED}/g" in script
    assert page.ClauseView.route_base in script
