"""识读核对 over HTTP: the applicant sees it and may take it over, the auditor sees it, and without the reader it says
so."""

from __future__ import annotations

import io
import re

import pytest

from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.declarations.material import Material
from models.materials.proof import Proof
from models.register.organisation import NodeKind
from tests.workflow.recognition.conftest import NUMBER, reader  # noqa: F401  (a fixture)
from tests.workflow.storage.test_preview import drawing
from workflow.base import roles
from workflow.base.unit_of_work import unit_of_work
from workflow.declarations import submission
from workflow.materials import upload
from workflow.recognition import engine
from workflow.storage import files


@pytest.fixture
def case(make, session, file_store):
    """A draft with a diploma whose number was mistyped, and its applicant."""
    draft = make.declaration(batch=make.batch())
    account = make.account(roles.APPLICANT, person_id=draft.person_id)
    session.commit()
    with unit_of_work(account, session=session) as uow:
        row = {"school": "湖南湘江理工大学", "certificate": "105321201005001239", "degree": "学士"}
        submission.save_section(uow, draft, "education", [row])
        upload.hand_in(uow, draft, "education", drawing((60, 80)), "毕业证.png", rows=["education:0"])
    return draft, account


def seen(client, draft):
    return client.get(f"/recognition/{draft.id}").get_data(as_text=True)


def test_without_the_reader_the_pages_say_so_and_work(case, browser, monkeypatch):
    monkeypatch.setattr(engine, "installed", lambda: False)
    client = browser(case[1])
    listed = client.get(f"/declare/{case[0].id}/materials").get_data(as_text=True)
    assert "未安装识读" in listed and "材料由人工核对" in listed
    text = seen(client, case[0])
    assert "本系统未安装识读" in text and "识读材料</button>" not in text


def test_the_applicant_has_his_files_read_and_takes_over_what_was_read(case, browser, session, reader):  # noqa: F811
    client, draft = browser(case[1]), case[0]
    assert "识读材料</button>" in seen(client, draft)
    assert "已提出识读" in client.post(f"/recognition/{draft.id}/read", follow_redirects=True).get_data(as_text=True)
    text = seen(client, draft)
    assert "不一致" in text and f"采用识读结果“{NUMBER}”" in text and '<rect class="warn"' in text
    listed = client.get(f"/declare/{draft.id}/materials").get_data(as_text=True)
    assert "一致 1" in listed and "不一致 1" in listed and "逐项核对" in listed
    asked = {
        "file": re.search(r'name="file"\s+value="(\d+)"', text)[1],
        "line": "education:0:certificate",
        "version": "",
    }
    stale = client.post(f"/recognition/{draft.id}/take", data=asked, follow_redirects=True).get_data(as_text=True)
    assert "页面已过期" in stale
    asked["version"] = re.search(r'name="version"\s+value="(\w+)"', text)[1]
    told = client.post(f"/recognition/{draft.id}/take", data=asked, follow_redirects=True).get_data(as_text=True)
    assert "已采用识读结果：学历学位第 1 条“证书号”" in told and "不一致</span>" not in told
    session.expire_all()
    assert session.get(Declaration, draft.id).content.sections["education"][0]["certificate"] == NUMBER


def test_what_is_uploaded_is_read_unasked(case, browser, reader):  # noqa: F811
    draft, account = case
    sent = {"kind": "education", "no_secrets": "1", "file": (io.BytesIO(drawing((61, 80))), "学位证.png")}
    browser(account).post(f"/declare/{draft.id}/materials", data=sent, content_type="multipart/form-data")
    assert len(reader.seen) == 2, "this one, and the one that waited"


def test_the_auditor_sees_the_verdicts_and_takes_nothing_over(make, as_, session, file_store, browser, reader):  # noqa: F811
    district = make.organisation(NodeKind.DISTRICT)
    declaration = make.declaration(S.UNDER_AUDIT, position=1, route=[district])
    declaration.content.sections = {"education": [{"certificate": "105321201005001239"}]}
    officer = make.account(roles.DISTRICT_OFFICER, organisation=district)
    stored = files.store(as_(officer), drawing((60, 80)), "毕业证.png", owner=declaration, purpose="学历学位证书")
    material = Material(declaration_id=declaration.id, kind="education", file=stored)
    session.add(material)
    session.flush()
    session.add(Proof(material_id=material.id, section="education", place=0))
    make.as_handed_in(declaration)
    client = browser(officer)
    client.post(f"/recognition/{declaration.id}/read")
    text = seen(client, declaration)
    assert "不一致" in text and "采用识读结果“" not in text
    record = client.get(f"/auditscreen/show/{declaration.id}").get_data(as_text=True)
    assert "不一致 1" in record and f"/recognition/{declaration.id}?file={material.id}" in record
    side = client.get(f"/auditscreen/side/{declaration.id}?file={stored.key}").get_data(as_text=True)
    assert NUMBER in side and "不一致" in side and '<rect class="warn"' in side
    taken = {"file": material.id, "line": "education:0:certificate"}
    client.post(f"/recognition/{declaration.id}/take", data=taken)
    session.expire_all()
    assert declaration.content.sections["education"][0]["certificate"] == "105321201005001239"
