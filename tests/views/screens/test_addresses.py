"""What nobody types by accident ends in a sentence or a 404, never in an error of ours."""

from __future__ import annotations

import io

import pytest

from models.register.organisation import NodeKind
from workflow.base import roles
from workflow.storage import rebuild
from workflow.storage.files import count_pages

HUGE = ("2147483648", "9223372036854775808", "9" * 40)


@pytest.mark.parametrize("number", HUGE)
def test_a_number_no_record_can_have_is_not_found(make, browser, number):
    client = browser(make.account(roles.APPLICANT, person=make.person()))
    for path in (
        f"/declare/{number}",
        f"/declare/start/{number}",
        f"/declare/{number}/form.pdf",
        f"/declaration/{number}/form.pdf",
        f"/interview-notice/{number}",
    ):
        assert client.get(path).status_code == 404, path


def test_a_nul_in_the_key_of_a_file_is_no_file(make, browser):
    client = browser(make.account(roles.UNIT_OFFICER, organisation=make.organisation(kind=NodeKind.UNIT)))
    assert client.get("/file/%00").status_code == 404


@pytest.mark.parametrize("asked", ["/\r\nX: y", "/\thome/", "/home/\x00", "//evil.example", "https://evil.example"])
def test_signing_in_leads_only_to_addresses_of_ours(app, asked):
    from views.accounts.sign_in import safe_next

    with app.test_request_context("/login/"):
        assert safe_next(asked) == "/home/"


def pdf(**root):
    import pikepdf

    document = pikepdf.new()
    document.add_blank_page()
    for name, value in root.items():
        document.Root["/" + name] = document.make_indirect(pikepdf.Object.parse(value))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_pdf_that_would_run_something_leaves_without_it():
    """Taken in as it was signed; what is handed out has nothing that runs (tests/workflow/storage/test_clean.py)."""
    assert count_pages(pdf(), "pdf", "a.pdf", "file") == 1
    assert count_pages(pdf(OpenAction=b"[0 /Fit]"), "pdf", "a.pdf", "file") == 1
    for action in (b"<< /S /JavaScript /JS (app.alert(1)) >>", b"<< /S /Launch /F (cmd.exe) >>"):
        data = pdf(OpenAction=action)
        assert count_pages(data, "pdf", "a.pdf", "file") == 1
        made = rebuild.pdf(data)
        assert b"JavaScript" not in made and b"Launch" not in made and b"OpenAction" not in made
