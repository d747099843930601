"""The outbox (Shows 7): put down with the message, sent when it may, each message once, whatever the partners do."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from models.messages.choice import Choice, Contact, How
from models.messages.letter import Channel, Letter, MessageKind
from models.messages.letter import LetterState as S
from models.office.journal import JournalEntry
from models.office.notice import Notice
from tests.conftest import NOON
from tests.workflow.messages.conftest import wants
from tests.workflow.messages.partners import LOST, OK, Gateway, MailServer
from workflow.base import roles as r
from workflow.base.errors import NotNow, Refused
from workflow.base.notices import tell
from workflow.base.unit_of_work import attempt
from workflow.messages import outbox, sender, sms
from workflow.messages.outbox import LETTER
from workflow.messages.outcome import LATER, NEVER, TAKEN, Outcome

DUE = {"申报材料需补正": "请补正学历证书，身份证号 430102199001011234"}


def told(session, make, account, title="申报材料需补正", text="请补正学历证书", now=NOON, due=None):
    """An office tells the person something."""
    officer = make.account(r.UNIT_OFFICER)
    session.commit()
    person = account.person or account
    attempt(officer, lambda uow: tell(uow, person, title, text, due=due), session=session, now=now)
    return letters(session)


def letters(session):
    return list(session.scalars(select(Letter).order_by(Letter.id).execution_options(populate_existing=True)))


def sent(session, system, now=NOON):
    session.commit()
    return list(sender.send_due(system, session, now=now))


# -- putting down ----------------------------------------------------------------------------------------


def test_a_message_and_its_letters_are_one_commit(session, make, partners):
    partners(MailServer(), Gateway())
    account = wants(make)
    made = told(session, make, account)
    assert {letter.channel for letter in made} == set(Channel) and {letter.state for letter in made} == {S.WAITING}
    officer = make.account(r.UNIT_OFFICER)
    session.commit()

    def breaks_off(uow):
        tell(uow, account.person, "请补正申报材料", "…")
        raise Refused("不行。")

    with pytest.raises(Refused):
        attempt(officer, breaks_off, session=session, now=NOON)
    assert len(letters(session)) == 3 and len(session.scalars(select(Notice)).all()) == 1


def test_nothing_is_sent_before_the_commit_nor_by_it(session, make, partners):
    server, gateway = partners(MailServer(), Gateway())
    told(session, make, wants(make))
    assert server.taken == [] and gateway.asked == []


def test_outside_nothing_personal_is_said_and_no_link_signs_in(session, make, partners):
    partners(MailServer(), Gateway())
    account = wants(make)
    for letter in told(session, make, account, text=DUE["申报材料需补正"]):
        whole = letter.subject + letter.text
        assert "430102" not in whole and "学历" not in whole and account.person.name not in whole
        assert "139" not in whole and whole.count("http") == (0 if letter.channel == Channel.VOICE else 1)


def test_whoever_has_chosen_nothing_has_the_message_in_the_inbox_only(session, make, partners):
    partners(MailServer(), Gateway())
    person = make.person()
    account = make.account(r.APPLICANT, person_id=person.id, person=person)
    assert told(session, make, account) == [] and session.scalars(select(Notice)).one().person_id == person.id


def test_a_desk_reaches_those_of_the_office_that_want_it_but_no_administrator(session, make, partners):
    partners(MailServer())
    office = make.organisation()
    officer, other = (wants(make, Channel.MAIL) for _ in range(2))
    admin = wants(make, Channel.MAIL)
    officer.organisation_id, other.organisation_id, admin.organisation_id = office.id, make.organisation().id, office.id
    admin.roles = [make.role(r.SYSTEM_ADMIN)]
    session.commit()
    attempt(officer, lambda uow: tell(uow, office, "有新的申报待审核", "…"), session=session, now=NOON)
    assert [letter.account_id for letter in letters(session)] == [officer.id]


# -- sending ---------------------------------------------------------------------------------------------


def test_each_message_goes_once_by_each_channel(session, make, system, partners):
    server, gateway = partners(MailServer(), Gateway())
    told(session, make, wants(make))
    assert len(sent(session, system)) == 3 and sent(session, system) == []
    (letter,) = server.taken
    assert letter["To"] == "wang@example.cn" and letter["From"] == "zc@example.gov.cn"
    assert {said["channel"] for said in gateway.asked} == {"sms", "voice"} and len(gateway.sent) == 2
    assert [one.state for one in letters(session)] == [S.SENT] * 3 and all(one.sent_at for one in letters(session))


def test_a_mail_server_that_fails_and_delays_gets_each_letter_once(session, make, system, partners):
    server, _ = partners(MailServer("451 later", "421 busy", delay=0.2))
    told(session, make, wants(make, Channel.MAIL))
    now = NOON
    for _turn in range(4):
        sent(session, system, now)
        now += timedelta(minutes=6)
    assert len(server.taken) == 1 and letters(session)[0].tries == 3 and letters(session)[0].state == S.SENT


def test_an_answer_of_the_mail_server_that_is_lost_gives_the_same_letter_again(session, make, system, partners):
    """SMTP knows no key: at least once. Both copies are one letter by their Message-ID."""
    server, _ = partners(MailServer(LOST))
    told(session, make, wants(make, Channel.MAIL))
    sent(session, system)
    assert letters(session)[0].state == S.RETRY
    sent(session, system, NOON + timedelta(minutes=2))
    assert len(server.taken) == 2 and len(set(server.ids())) == 1
    assert letters(session)[0].key in server.ids()[0]


@pytest.mark.parametrize("answers", [(503, 503), (LOST, LOST), ("twice",), (LOST, 409), (429, LOST, "twice")])
def test_a_gateway_that_fails_or_answers_twice_or_not_at_all_sends_each_message_once(
    session, make, system, partners, answers
):
    _, gateway = partners(gateway=Gateway(*answers))
    told(session, make, wants(make, Channel.SMS))
    for turn in range(5):
        sent(session, system, NOON + timedelta(minutes=20 * turn))
    (letter,) = letters(session)
    assert letter.state == S.SENT and letter.receipt
    assert {said["id"] for said in gateway.asked} == {letter.key} and list(gateway.sent) == [letter.key]
    assert len(gateway.sent[letter.key]) == 1


def test_pauses_grow_and_a_last_try_is_the_last(session, make, system, partners):
    partners(gateway=Gateway(*[503] * 99))
    told(session, make, wants(make, Channel.SMS))
    now, moments = NOON, []
    while letters(session)[0].state not in (S.GIVEN_UP, S.SENT):
        now = max(now, letters(session)[0].next_at)
        if sent(session, system, now):
            moments.append(now)
        now += timedelta(minutes=1)
        assert len(moments) <= sender.MOST_TRIES
    pauses = [b - a for a, b in pairwise(moments)]
    awake = [pause for pause in pauses if pause < timedelta(hours=8)]  # some fall into the quiet hours
    assert len(moments) == sender.MOST_TRIES and awake[:4] == sorted(awake[:4]) and pauses[0] == timedelta(minutes=1)
    assert "503" in letters(session)[0].error and "139" not in letters(session)[0].error


def test_what_is_refused_for_good_is_not_tried_again_and_may_be_sent_again_by_the_office(
    session, make, as_, system, partners
):
    partners(gateway=Gateway(400))
    told(session, make, wants(make, Channel.SMS))
    sent(session, system)
    (letter,) = letters(session)
    assert letter.state == S.GIVEN_UP and letter.tries == 1
    admin = make.account(r.SYSTEM_ADMIN)
    session.commit()
    attempt(admin, lambda uow: LETTER.perform(uow, letter, "again"), session=session, now=NOON)
    sent(session, system)
    assert letters(session)[0].state == S.SENT


def test_the_office_may_give_up_what_waits_with_a_reason(session, make, system, partners):
    server, _ = partners(MailServer())
    (letter,) = told(session, make, wants(make, Channel.MAIL))
    admin = make.account(r.SYSTEM_ADMIN)
    session.commit()
    attempt(admin, lambda uow: LETTER.perform(uow, letter, "give_up", reason="地址有误"), session=session, now=NOON)
    assert sent(session, system) == [] and server.taken == [] and letters(session)[0].error == "地址有误"
    with pytest.raises(NotNow):
        attempt(admin, lambda uow: LETTER.perform(uow, letter, "give_up", reason="再来"), session=session, now=NOON)


def test_a_run_that_died_leaves_a_lease_and_the_next_one_sends_under_the_same_key(session, make, system, partners):
    _, gateway = partners(gateway=Gateway())
    told(session, make, wants(make, Channel.SMS))
    first = attempt(system, sender.begin, session=session, now=NOON)
    sms.send(first)  # the gateway has it, and nobody wrote it down
    assert sent(session, system, NOON + timedelta(minutes=5)) == [], "the lease holds"
    sent(session, system, NOON + timedelta(minutes=11))
    assert letters(session)[0].state == S.SENT and len(gateway.asked) == 2 and len(gateway.sent) == 1
    late = attempt(
        system, lambda uow: sender.finish(uow, first, Outcome(LATER, words="迟到")), session=session, now=NOON
    )
    assert late == "已由另一次办理接手" and letters(session)[0].state == S.SENT


def test_a_choice_taken_back_counts_for_what_still_waits(session, make, system, partners):
    server, _ = partners(MailServer())
    account = wants(make, Channel.MAIL)
    told(session, make, account)
    session.scalars(select(Choice).where(Choice.kind == MessageKind.CORRECTION)).one().how = How.NONE
    sent(session, system)
    assert letters(session)[0].state == S.DROPPED and server.taken == []


def test_a_changed_address_gets_nothing_that_was_meant_for_the_one_before(session, make, system, partners):
    server, _ = partners(MailServer())
    told(session, make, wants(make, Channel.MAIL))
    session.scalars(select(Contact)).one().mail = "li@example.cn"
    sent(session, system)
    assert letters(session)[0].state == S.DROPPED and server.taken == []


def test_receipts_are_asked_for_until_they_say_something(session, make, system, partners):
    _, gateway = partners(gateway=Gateway())
    told(session, make, wants(make, Channel.SMS))
    sent(session, system)
    key = letters(session)[0].key
    later = NOON + timedelta(minutes=15)
    assert sender.ask_receipts(system, session, now=NOON) == 0
    assert sender.ask_receipts(system, session, now=later) == 0 and letters(session)[0].state == S.SENT
    gateway.states[key] = "delivered"
    assert sender.ask_receipts(system, session, now=later + timedelta(hours=1)) == 1
    assert letters(session)[0].state == S.ARRIVED and letters(session)[0].arrived_at
    assert sender.ask_receipts(system, session, now=later + timedelta(hours=9)) == 0, "it arrives once"


def test_a_receipt_that_says_failed_is_told_to_the_office(session, make, system, partners):
    _, gateway = partners(gateway=Gateway())
    told(session, make, wants(make, Channel.VOICE))
    sent(session, system)
    gateway.states[letters(session)[0].key] = "failed"
    sender.ask_receipts(system, session, now=NOON + timedelta(minutes=30))
    assert letters(session)[0].state == S.GIVEN_UP and "线路忙" in letters(session)[0].error
    assert session.scalars(select(Letter.id).where(outbox.stuck(make.account(r.SYSTEM_ADMIN), NOON.date()))).all()


def test_files_are_laid_down_once_under_their_key(session, make, system, tmp_path):
    sms.install(f"file://{tmp_path}/out", b"")
    try:
        told(session, make, wants(make, Channel.SMS))
        first = attempt(system, sender.begin, session=session, now=NOON)
        sms.send(first)
        sent(session, system, NOON + timedelta(minutes=11))
        assert [file.name for file in (tmp_path / "out").iterdir()] == [f"{first.key}.json"]
        assert letters(session)[0].state == S.SENT
    finally:
        sms.install("", b"")


def test_every_try_stands_in_the_journal(session, make, system, partners):
    partners(gateway=Gateway(503))
    told(session, make, wants(make, Channel.SMS))
    sent(session, system)
    sent(session, system, NOON + timedelta(minutes=2))
    verbs = list(session.scalars(select(JournalEntry.verb).order_by(JournalEntry.id)))
    assert [verb for verb in verbs if verb in ("post_letter", "take", "failed", "sent")] == [
        "post_letter",
        "take",
        "failed",
        "take",
        "sent",
    ]


# -- when ------------------------------------------------------------------------------------------------


def test_in_the_quiet_hours_only_the_inbox_is_told(session, make, system, partners):
    server, _ = partners(MailServer())
    night = datetime(2026, 5, 20, 23, 10)
    told(session, make, wants(make, Channel.MAIL), now=night)
    assert session.scalars(select(Notice)).one() and sent(session, system, night) == []
    assert sent(session, system, datetime(2026, 5, 21, 6, 59)) == []
    assert len(sent(session, system, datetime(2026, 5, 21, 7, 0))) == 1 and len(server.taken) == 1


def test_a_retry_that_falls_into_the_quiet_hours_waits_as_well(session, make, system, partners):
    server, _ = partners(MailServer("451 later"))
    told(session, make, wants(make, Channel.MAIL), now=datetime(2026, 5, 20, 21, 59))
    sent(session, system, datetime(2026, 5, 20, 21, 59))
    assert sent(session, system, datetime(2026, 5, 20, 22, 30)) == [] and server.taken == []
    sent(session, system, datetime(2026, 5, 21, 7, 0))
    assert len(server.taken) == 1


def test_a_digest_a_day_is_one_letter(session, make, system, partners):
    server, gateway = partners(MailServer(), Gateway())
    account = wants(make, Channel.MAIL, Channel.SMS, how=How.DIGEST)
    for title in ("单位已受理您的申报", "申报进度", "评审结果公示"):
        told(session, make, account, title)
    assert sent(session, system, NOON + timedelta(hours=5)) == []
    sent(session, system, datetime(2026, 5, 21, 8, 0))
    (letter,) = server.taken
    whole = letter.get_payload(decode=True).decode()
    assert all(title in whole for title in ("单位已受理您的申报", "申报进度", "评审结果公示"))
    (short,) = gateway.sent.values()
    assert "3 条消息" in short[0]["text"]
    states = [one.state for one in letters(session)]
    assert states.count(S.SENT) == 2 and states.count(S.BUNDLED) == 4
    assert sent(session, system, datetime(2026, 5, 22, 8, 0)) == []


def test_what_falls_due_before_the_digest_goes_before_the_quiet_hours(session, make, system, partners):
    server, _ = partners(MailServer())
    told(session, make, wants(make, Channel.MAIL, how=How.DIGEST), due=date(2026, 5, 21))
    sent(session, system)
    assert len(server.taken) == 1


def test_without_a_channel_nothing_is_put_down(session, make):
    assert told(session, make, wants(make)) == []


def test_an_outcome_says_no_number_and_no_address():
    assert sender.said("号码 13900001234 停机，wang@example.cn 拒收") == "号码 … 停机，… 拒收"
    assert {LATER, NEVER, TAKEN} == {"later", "never", "taken"} and OK.startswith("250")
