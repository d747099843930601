"""The outbox of 证书报送人社部: sent until a receipt comes, the same batch under the same key, each certificate its
receipt."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.server
import ipaddress
import json
import ssl
import threading
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import select

from app.commands.report import poster, report_commands
from models.awards.certificate import CertificateState as S
from models.awards.delivery import Delivery
from models.declarations.declaration import DeclarationState as D
from tests.workflow.awards.test_certificate import NOON, Desk
from workflow.accounts.accounts import install_system_account
from workflow.awards import delivery, reporting
from workflow.awards.certificate import CERTIFICATE
from workflow.base.errors import Refused
from workflow.base.unit_of_work import attempt

KEY = b"s" * 32


@pytest.fixture
def desk(make, as_, session):
    desk = Desk(make, as_)
    desk.system = install_system_account(session)
    session.commit()
    return desk


class Ministry:
    """An endpoint that answers what it is told to, and remembers what it was sent."""

    def __init__(self, *answers):
        self.answers, self.got = list(answers), []

    def __call__(self, body, headers):
        self.got.append((body, headers))
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, int):
            return delivery.Answer(answer, json.dumps({"error": "维护中"}).encode())
        said = {"receipt": "RSB-2026-0001", "sha256": hashlib.sha256(body).hexdigest()} | (answer or {})
        return delivery.Answer(200, json.dumps(said).encode())


def sent(desk, session, ministry, now=NOON):
    session.commit()
    return list(delivery.send_due(desk.system, session, ministry, KEY, now))


def row(session):
    return session.scalars(select(Delivery)).one()


def test_a_package_is_sent_signed_and_its_receipt_entered_for_every_certificate(desk, session):
    made = [desk.issued(), desk.issued()]
    package, ministry = reporting.report(desk.uow(), made), Ministry()
    ((batch, words),) = sent(desk, session, ministry)
    ((body, headers),) = ministry.got
    assert body == package.data and headers["Idempotency-Key"] == batch == package.batch
    assert headers["Digest"] == "sha-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()
    signed = hmac.new(KEY, f"{batch}\n{package.sha256}".encode(), hashlib.sha256).hexdigest()
    assert headers["X-Signature"] == f"hmac-sha256={signed}" and "RSB-2026-0001" in words
    assert [(c.state, c.report_receipt, c.declaration.state) for c in made] == [
        (S.REPORTED, "RSB-2026-0001", D.REPORTED)
    ] * 2
    assert sent(desk, session, ministry) == [] and len(ministry.got) == 1, "delivered once"


def test_certificates_the_ministry_refuses_fail_with_its_reason(desk, session):
    good, bad = desk.issued(), desk.issued()
    reporting.report(desk.uow(), [good, bad])
    sent(desk, session, Ministry({"failed": {bad.number: "姓名与证件号码不匹配"}}))
    assert (good.state, bad.state, bad.report_error) == (S.REPORTED, S.REPORT_FAILED, "姓名与证件号码不匹配")


def test_who_does_not_answer_is_asked_again_later_and_later_with_the_same_key(desk, session):
    reporting.report(desk.uow(), [desk.issued()])
    ministry = Ministry(ConnectionRefusedError("拒绝连接"), 503, {"sha256": "0" * 64}, {})
    moments, now = [], NOON
    for _try in range(4):
        moments.append(now)
        sent(desk, session, ministry, now)
        assert sent(desk, session, ministry, now) == [], "not before its time"
        now = row(session).next_at or now
    waits = [b - a for a, b in pairwise(moments)]
    assert waits == [timedelta(minutes=m) for m in delivery.WAITS[:3]]
    assert len({headers["Idempotency-Key"] for _body, headers in ministry.got}) == 1 and len(ministry.got) == 4
    assert row(session).receipt == "RSB-2026-0001" and row(session).error == ""


def test_a_refusal_waits_for_a_person_and_can_be_taken_up_again(desk, session):
    made = desk.issued()
    batch = reporting.report(desk.uow(), [made]).batch
    sent(desk, session, Ministry(422))
    assert row(session).next_at is None and "422：维护中" in row(session).error and made.state == S.REPORTING
    assert sent(desk, session, Ministry(), NOON + timedelta(days=9)) == []
    attempt(desk.system, lambda uow: delivery.take_up_again(uow, batch), session=session, now=NOON)
    assert sent(desk, session, Ministry())[0][0] == batch and made.state == S.REPORTED
    with pytest.raises(Refused, match="核对批次号"):
        attempt(desk.system, lambda uow: delivery.take_up_again(uow, batch), session=session, now=NOON)


def test_a_try_that_was_killed_between_is_taken_up_and_two_senders_do_not_send_twice(desk, session):
    batch = reporting.report(desk.uow(), [desk.issued()]).batch
    session.commit()
    assert attempt(desk.system, lambda uow: delivery.begin(uow, batch), session=session, now=NOON) is not None
    assert attempt(desk.system, lambda uow: delivery.begin(uow, batch), session=session, now=NOON) is None, (
        "the other has it"
    )
    later = NOON + timedelta(minutes=delivery.CLAIMED)
    assert delivery.due(session, NOON) == [] and delivery.due(session, later) == [batch]
    assert len(sent(desk, session, Ministry(), later)) == 1


def test_revocations_travel_too_and_receipts_entered_by_hand_are_not_sent_again(desk, session):
    made, other = desk.issued(), desk.issued()
    reporting.report(desk.uow(), [made])
    reporting.receipt_batch(desk.uow(), made.report_batch, ok=True, text="手工回执")
    CERTIFICATE.perform(
        desk.uow(), made, "revoke", reason="查实", document="湘人社函〔2026〕9号", blacklist_kind="none"
    )
    reporting.report_revocations(desk.uow())
    ministry = Ministry()
    ((batch, _words),) = sent(desk, session, ministry)
    assert batch == made.revoke_batch and json.loads(ministry.got[0][0])["certificates"][0]["status"] == "撤销"
    assert other.state == S.ISSUED


def test_a_resend_sends_the_bytes_of_the_hand_over_whatever_changed_since(desk, session):
    made = desk.issued()
    package = reporting.report(desk.uow(), [made])
    ministry = Ministry(TimeoutError("超时"), {})
    sent(desk, session, ministry)
    made.declaration.person.name, made.unit_name = "改名", "别的单位"
    desk.changed(made)
    CERTIFICATE.perform(desk.uow(), desk.newest(made), "revoke", reason="查实", document="文号", blacklist_kind="none")
    sent(desk, session, ministry, row(session).next_at)
    assert [body for body, _headers in ministry.got] == [package.data] * 2
    assert (made.truth.told, made.truth.version) == (1, 3) and reporting.waiting(session) == [desk.newest(made)]


def test_a_revocation_follows_a_correction_and_one_that_is_refused_is_told_again(desk, session):
    """Correct, report, revoke, report: the platform must not go on showing 有效."""
    made, ministry = desk.issued(), Ministry()
    reporting.report(desk.uow(), [made])
    sent(desk, session, ministry)
    new = desk.changed(made, holder_name="张三丰")
    reporting.report_all(desk.uow())
    sent(desk, session, ministry)
    CERTIFICATE.perform(desk.uow(), new, "revoke", reason="查实", document="文号", blacklist_kind="none")
    reporting.report_revocations(desk.uow())
    sent(desk, session, Ministry({"failed": {made.number: "编号不存在"}}))
    assert (new.truth.told, new.truth.refused, new.truth.version) == (2, 3, 3)
    assert reporting.waiting(session) == [new] and new.report_error == "编号不存在"
    package = reporting.report_revocations(desk.uow())
    assert [(r["number"], r["edition"], r["version"], r["status"]) for r in package.rows] == [
        (made.number, "2", "3", "撤销")
    ]
    sent(desk, session, ministry)
    assert reporting.waiting(session) == [] and new.truth.told == 3


def test_a_late_or_second_answer_changes_nothing(desk, session):
    made = desk.issued()
    package = reporting.report(desk.uow(), [made])
    sent(desk, session, Ministry())
    said = {"receipt": "R-2", "sha256": package.sha256, "failed": {made.number: "晚到的应答"}}
    late = delivery.Answer(200, json.dumps(said).encode())
    words = attempt(desk.system, lambda uow: delivery.finish(uow, package, late), session=session, now=NOON)
    assert "RSB-2026-0001" in words and (made.state, row(session).receipt) == (S.REPORTED, "RSB-2026-0001")


def test_what_the_platform_shows_otherwise_is_told_again(desk, session):
    made, right = desk.issued(), desk.issued()
    reporting.report(desk.uow(), [made, right])
    sent(desk, session, Ministry())
    shown = {right.number: {"edition": "1", "status": "有效"}, made.number: {"edition": "1", "status": "撤销"}}
    assert reporting.reconcile(desk.uow(desk.system), shown) == [made.number]
    assert (made.state, right.state, reporting.waiting(session)) == (S.ISSUED, S.REPORTED, [made])


def test_the_journal_learns_digest_and_receipt_and_no_identity_number(desk, session):
    from models.office.journal import JournalEntry

    made = desk.issued()
    reporting.report(desk.uow(), [made])
    sent(desk, session, Ministry())
    entries = session.scalars(select(JournalEntry)).all()
    told = " ".join(str(vars(entry)) for entry in entries)
    assert "RSB-2026-0001" in told and "send_report" in told
    assert made.declaration.person.id_number not in told


# -- the command, over TLS -----------------------------------------------------------------------------


@pytest.fixture
def ministry_server(tmp_path):
    """A server on the loopback with a certificate of its own; gives (address, certificate file, what it got)."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ministry.test")])
    begin = datetime(2020, 1, 1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(datetime(2090, 1, 1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(private, hashes.SHA256())
    )
    crt, pem = tmp_path / "ministry.crt", tmp_path / "ministry.pem"
    crt.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(key + crt.read_bytes())
    got = []

    class Desk(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.path, body))
            self.send_response(307 if self.path == "/moved" else 201)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(json.dumps({"receipt": "R1", "sha256": hashlib.sha256(body).hexdigest()}).encode())

        def log_message(self, *_given):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}", str(crt), got
    server.shutdown()
    server.server_close()


def test_the_poster_speaks_tls_trusts_only_what_it_is_told_and_follows_nobody(ministry_server):
    address, authority, got = ministry_server
    answer = poster(address + "/in", authority)(b"{}", {"Idempotency-Key": "1"})
    assert answer.code == 201 and json.loads(answer.body)["receipt"] == "R1"
    assert poster(address + "/moved", authority)(b"{}", {}).code == 307 and [path for path, _body in got] == [
        "/in",
        "/moved",
    ]
    with pytest.raises(OSError, match="certificate verify failed"):
        poster(address + "/in")(b"{}", {})


def test_the_command_wants_https_and_a_key(app, monkeypatch):
    send = report_commands.commands["send"]
    for url, key, words in (
        ("", b"", "没有设置 REPORT_URL"),
        ("http://x", KEY, "https"),
        ("https://x", b"short", "32 字节"),
    ):
        monkeypatch.setitem(app.config, "REPORT_URL", url)
        monkeypatch.setitem(app.config, "REPORT_KEY", key)
        result = app.test_cli_runner().invoke(send)
        assert result.exit_code == 1 and words in result.output
