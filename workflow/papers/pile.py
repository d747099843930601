"""纸质材料接收 (118号 一): a pile is scanned, its pages are known by their codes and compared with the print, and each
case is received, or what is missing is asked for.

The machine names, people decide: a page that differs, is older or cannot be read counts only once somebody of the
office has said so with a reason.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Select, select
from sqlalchemy.orm.attributes import flag_modified

from models.declarations.declaration import Declaration
from models.declarations.material import StoredFile
from models.declarations.paper_pile import PaperPile, PaperReceipt
from models.declarations.paper_pile import PileState as S
from models.jobs.job import Job, JobState
from workflow.base import policy, roles
from workflow.base.errors import NotNow, Refused
from workflow.base.flow import Flow, Step
from workflow.base.notices import tell
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.declarations.audit import link
from workflow.declarations.declaration import DECLARATION
from workflow.jobs.kinds import works
from workflow.jobs.work import Run, ask
from workflow.papers import bundle, drawing, found, seen  # noqa: F401  (seen says who sees a pile)
from workflow.papers.found import Case, Sheet
from workflow.storage import clean, files, printing

CLERKS = tuple(dict.fromkeys((*roles.RECOMMENDERS, *roles.AUDITORS, roles.COMMITTEE_OFFICE)))
CLAUSE = "118号 一"
#: Files and pages of one pile, and how many pages are drawn by one process.
MOST_FILES, MOST_PAGES, AT_ONCE = 40, 500, 4
ACCEPTED = ("pdf", "jpg", "jpeg", "png")
SCAN = "纸质材料扫描件"


def mine(uow: UnitOfWork, pile: PaperPile) -> str | None:
    """Only the office that has scanned it; the system where a worker has died."""
    ours = (pile.organisation_id, pile.committee_id) == _office(uow)
    return None if ours or uow.actor.plays(roles.SYSTEM) else "只能由接收机构的人员办理（118号 一）。"


def nothing_open(uow: UnitOfWork, pile: PaperPile) -> str | None:
    """Every case of the pile has been received or asked for, every loose page decided."""
    done = set(uow.session.scalars(select(PaperReceipt.declaration_id).where(PaperReceipt.pile_id == pile.id)))
    left = {case.declaration.number for case in found.cases_of(uow.session, pile) if case.declaration.id not in done}
    if left:
        return f"还有 {len(left)} 个案卷没有核收或告知补齐（{CLAUSE}）；请先逐卷办理。"
    loose = found.others_of(pile)
    if count := sum(len(loose.get(kind, ())) for kind in ("unread", "broken", "false")):
        return f"还有 {count} 页没有归入案卷；请先逐页认定，或者注明退还。"
    return None


def job_is_gone(uow: UnitOfWork, pile: PaperPile) -> str | None:
    """Its job has failed or was cancelled."""
    over = pile.job is None or pile.job.state in (JobState.FAILED, JobState.CANCELLED)
    return None if over else "正在识别，请稍候；不再需要的，可在“后台任务”取消。"


def nothing_received(uow: UnitOfWork, pile: PaperPile) -> str | None:
    """What was received is given up by nobody."""
    done = uow.session.scalar(select(PaperReceipt.id).where(PaperReceipt.pile_id == pile.id).limit(1))
    gone = pile.state != S.READING or job_is_gone(uow, pile) is None
    if not gone:
        return "正在识别，请稍候；不再需要的，可在“后台任务”取消。"
    return None if done is None else "本批已有案卷核收，不能放弃；请逐卷办完后“办结”。"


# fmt: off
PILE = Flow("纸质材料接收", S, [
    #     verb       label         from          to           by      only if
    Step("read",    "识别完成",   {S.READING},  S.READ,      CLERKS, [mine], clause=CLAUSE, inner=True),
    Step("resume",  "重新识别",   {S.READING},  None,        CLERKS, [mine, job_is_gone], clause=CLAUSE,
         tone="primary"),
    Step("rule",    "认定页面",   {S.READ},     None,        CLERKS, [mine], clause=CLAUSE, inner=True),
    Step("receive", "确认接收",   {S.READ},     None,        CLERKS, [mine], clause=CLAUSE, inner=True),
    Step("demand",  "告知补齐",   {S.READ},     None,        CLERKS, [mine], clause=CLAUSE, inner=True),
    Step("close",   "办结",       {S.READ},     S.CLOSED,    CLERKS, [mine, nothing_open], clause=CLAUSE,
         tone="primary"),
    Step("discard", "放弃",       {S.READING, S.READ}, S.DISCARDED, CLERKS, [mine, nothing_received],
         clause=CLAUSE, tone="bad",
         confirm="放弃后本批扫描件不再办理，未登记任何接收，确定放弃吗？"),
])
# fmt: on


def _office(uow: UnitOfWork) -> tuple[int | None, int | None]:
    committee = uow.actor.committee_id
    return (None if committee else uow.actor.organisation_id), committee


# -- a pile comes in -----------------------------------------------------------------------------------------


def begin(uow: UnitOfWork, given: Sequence[tuple[bytes | BinaryIO, str]]) -> PaperPile:
    """Take a pile in and have it read as a job.

    Taken: files with their names, in any order. Refused: none, too many, too many pages, a file that does not open or
    is neither PDF nor picture, an account without an office.
    """
    if not given:
        raise Refused("请选择扫描好的文件（PDF、JPG、PNG、HEIC，可多选）。", field="files")
    if len(given) > MOST_FILES:
        raise Refused(f"一次最多 {MOST_FILES} 个文件；请分批上传。", field="files")
    organisation, committee = _office(uow)
    if not (organisation or committee) or not uow.actor.plays(*CLERKS):
        raise Refused("本账号不属于接收纸质材料的机构（118号 一）；请由接收机构的经办人办理。", field="files")
    pile = PaperPile(
        organisation_id=organisation,
        committee_id=committee,
        account_id=uow.actor.id,
        office=uow.actor.desk[:120],
        handler=uow.actor.full_name[:60],
        files=len(given),
        pages=1,
        state=S.READING,
        uploaded_at=uow.now.replace(microsecond=0),
    )
    uow.session.add(pile)
    uow.session.flush()
    kept = [
        files.store(uow, data, name, owner=pile, purpose=SCAN, accept=ACCEPTED, field="files", max_mb=50)
        for data, name in given
    ]
    pages = sum(file.pages for file in kept)
    if pages > MOST_PAGES:
        raise Refused(f"共 {pages} 页，一次最多 {MOST_PAGES} 页；请拆分后分批上传。", field="files")
    pile.pages = pages
    uow.record("upload_pile", pile, label="上传扫描件", files=len(kept), pages=pages)
    _start(uow, pile)
    return pile


def _start(uow: UnitOfWork, pile: PaperPile) -> None:
    lane = "short" if pile.pages <= 12 else "long"
    pile.job = ask(
        uow,
        "paper_read",
        f"识别纸质材料：{pile.pages} 页",
        home=f"/paperpilescreen/show/{pile.id}",
        lane=lane,
        pile=pile.id,
    )


@PILE.performs("resume")
def resume(uow: UnitOfWork, pile: PaperPile) -> None:
    """重新识别, where the work broke off for good."""
    PILE.advance(uow, pile, "resume")
    pile.sentence = ""
    _start(uow, pile)


def _given_up(uow: UnitOfWork, job: Job, sentence: str) -> None:
    """Nothing was written; the pile says why, and may be read again or given up."""
    pile = uow.session.scalar(select(PaperPile).where(PaperPile.job_id == job.id))
    if pile is not None:
        pile.sentence = sentence[:500]


@works("paper_read", minutes=90, given_up=_given_up)
def _read(run: Run) -> None:
    """Know every page by its code, compare it with what was printed; all of it is written at the end, once."""
    session = run.session
    pile = session.get_one(PaperPile, run.arguments["pile"])
    owned = (StoredFile.owner_kind == PaperPile.__tablename__) & (StoredFile.owner_id == pile.id)
    scans = session.scalars(select(StoredFile).where(owned, StoredFile.purpose == SCAN).order_by(StoredFile.id)).all()
    sheets: list[Sheet] = []
    with tempfile.TemporaryDirectory() as folder:
        for scan in scans:
            for sheet in _read_file(run, scan, Path(folder), len(sheets), pile.pages):
                sheets.append(sheet)
        bundles = bundle.bundles(sheets, Path(folder))

        def keep(uow: UnitOfWork) -> None:
            here = uow.session.get_one(PaperPile, pile.id)
            PILE.advance(uow, here, "read", pages=len(sheets))
            here.found, here.sentence = found.packed(sheets), ""
            for key, (data, pages) in bundles.items():
                number = uow.session.get_one(Declaration, key).number
                files.keep_made(uow, data, f"{SCAN}_{number}.pdf", owner=here, purpose=f"{key}", pages=pages)
            run.finish(uow, "识别完成，请逐卷核收。")

        attempt(run.actor, keep, session=session)


def _read_file(run: Run, scan: StoredFile, folder: Path, before: int, total: int) -> list[Sheet]:
    found_here: list[Sheet] = []
    kind = drawing.KINDS[scan.media_type]
    with clean.at_hand(scan) as source:
        for first in range(1, scan.pages + 1, AT_ONCE):
            last = min(first + AT_ONCE - 1, scan.pages)
            codes = drawing.drawn(kind, source, folder, first, last)
            for number in range(first, last + 1):
                run.tell(before + len(found_here), total, "正在识别和比对")
                sheet = Sheet(scan.id, number, seen="unread" if number in codes else "broken")
                _know(run, sheet, codes.get(number, []), folder)
                found_here.append(sheet)
                picture = folder / f"{number}.png"
                if picture.exists():
                    picture.replace(folder / f"{scan.id}-{number}.seen")
    return found_here


def _know(run: Run, sheet: Sheet, codes: list[str], folder: Path) -> None:
    """What the code of a page says, and whether the page shows what was printed."""
    session = run.session
    ours = [text for text in codes if text.startswith("ZC1:")]
    if not ours:
        return
    known = next(filter(None, (printing.known(session, text) for text in ours)), None)
    code = known.code if known else printing.page_code.parsed(ours[0])
    declaration = None
    if code is not None:
        numbers = {code.case} if code.paper == printing.FORM else {code.case, code.case.rpartition("-")[0]}
        asked = policy.visible(run.actor, Declaration).where(Declaration.number.in_(numbers))
        declaration = session.scalars(asked).first()
    if known is None:
        sheet.seen = "false"
    elif declaration is None:
        sheet.seen = "foreign"  # and nothing more is told of it
        return
    else:
        sheet.seen = "read"
    if declaration is None or code is None:
        return
    sheet.declaration, sheet.paper, sheet.case = declaration.id, code.paper, code.case
    sheet.page, sheet.pages, sheet.version = code.page, code.pages, code.version
    if known is None or known.row is None:
        return
    sheet.of = known.row.id
    with files.at_hand(printing.sheet_of(session, known.row)) as printed:
        told = drawing.compared(folder / f"{sheet.at}.png", printed, code.page, folder / "answer.json")
    if told is not None:
        sheet.laid, sheet.apart, sheet.hand = bool(told["laid"]), told["apart"], told["hand"]


# -- what people decide ----------------------------------------------------------------------------------------


def rule(
    uow: UnitOfWork, pile: PaperPile, place: int, *, taken: bool, reason: str, number: str = "", page: int = 0
) -> None:
    """认定页面: a person takes a page for one of a case, or refuses it (it goes back), with a reason.

    `number` and `page` are asked of a page that bears no code of ours. Refused: no reason, a page nobody has, a case
    this office does not see, or whose form has no such page.
    """
    sheets = found.sheets_of(pile)
    if not 0 <= place < len(sheets):
        raise NotNow("没有这一页；请刷新后重新选择。")
    sheet = sheets[place]
    if sheet.seen == "foreign":
        raise Refused("这一页不是本机构受理的案卷，不能归入；请退还送件人（118号 一）。", field="reason")
    if len(reason.strip()) < 2:
        raise Refused("请写明认定的理由（至少 2 个字），以备查核。", field="reason")
    if taken and sheet.declaration is None:
        _give(uow, sheet, number.strip().upper(), page)
    PILE.advance(uow, pile, "rule", page=place + 1, taken=taken, reason=reason.strip()[:200], case=sheet.case)
    sheet.ruled, sheet.reason, sheet.ruler = (
        ("taken" if taken else "refused"),
        reason.strip()[:200],
        uow.actor.full_name,
    )
    pile.found = found.packed(sheets)


def _give(uow: UnitOfWork, sheet: Sheet, number: str, page: int) -> None:
    """A page without a readable code belongs to that case, as that page of its form."""
    asked = policy.visible(uow.actor, Declaration).where(Declaration.number == number)
    declaration = uow.session.scalars(asked).first()
    if declaration is None:
        raise Refused("本机构没有这个申报编号的案卷；请核对编号。", field="number")
    prints = printing.prints_of(uow.session, number)
    if not prints:
        raise Refused("该案卷没有打印过评审表，无法指认页码；请核对编号。", field="number")
    if not 1 <= page <= prints[-1].pages:
        raise Refused(
            f"该案卷的评审表共 {prints[-1].pages} 页；请填写 1 到 {prints[-1].pages} 之间的页码。", field="page"
        )
    sheet.declaration, sheet.paper, sheet.case = declaration.id, printing.FORM, number
    sheet.page, sheet.pages, sheet.version = page, prints[-1].pages, prints[-1].version


def case_in(uow: UnitOfWork, pile: PaperPile, key: int) -> Case:
    """The 评审表 of that case in the pile. Refused: none there."""
    for case in found.cases_of(uow.session, pile):
        if case.declaration.id == key and case.paper == printing.FORM:
            done = uow.session.scalar(_receipt_of(pile, case.declaration))
            if done is not None and done.whole:
                raise NotNow(f"该案卷已于 {done.received_at:%m-%d %H:%M} 由 {done.received_by} 确认接收。")
            return case
    raise NotNow("本批中没有该案卷的评审表；请刷新后重新选择。")


def receive(uow: UnitOfWork, pile: PaperPile, key: int, *, place: str) -> PaperReceipt:
    """确认接收: the form of a case is whole; its paper counts as registered, by the person who confirms it.

    Refused: what is not whole, with what is missing; what `receive_paper` refuses.
    """
    case = case_in(uow, pile, key)
    if not case.whole:
        raise Refused(f"{case.declaration.number} 的纸质材料尚不齐全：{case.wanting}；请先逐页认定，或者告知补齐。")
    if not place.strip():
        raise Refused("请填写存放位置。", field=f"place-{key}")
    PILE.advance(uow, pile, "receive", case=case.declaration.number, pages=len(case.right))
    DECLARATION.perform(
        uow,
        case.declaration,
        "receive_paper",
        received_on=uow.today,
        received_by=str(uow.actor.id),
        place=place.strip(),
    )
    return _receipt(uow, pile, case)


def demand(uow: UnitOfWork, pile: PaperPile, key: int) -> PaperReceipt:
    """告知补齐: what is missing is told to applicant and unit with the next step; what is right counts as handed in.

    Refused: a form that is whole.
    """
    case = case_in(uow, pile, key)
    if case.whole:
        raise Refused(f"{case.declaration.number} 的纸质材料已齐全，请直接确认接收。")
    PILE.advance(uow, pile, "demand", case=case.declaration.number, wanting=case.wanting)
    receipt = _receipt(uow, pile, case)
    older = "请重新打印最新的评审表，" if case.older or case.stale else "请用同一版本的评审表"
    sentence = (
        f"{case.declaration.number} 的纸质评审表由 {uow.actor.desk} 收到 {receipt.pages} 页，应收 {case.due} 页："
        f"{case.wanting}。{older}补齐后送交该机构；其余各页已收，不必重复提交。"
    )
    for receiver in (case.declaration.person, case.declaration.unit):
        tell(uow, receiver, "纸质材料需要补齐", sentence, link(case.declaration))
    return receipt


def _receipt_of(pile: PaperPile, declaration: Declaration) -> Select[tuple[PaperReceipt]]:
    return select(PaperReceipt).where(PaperReceipt.pile_id == pile.id, PaperReceipt.declaration_id == declaration.id)


def _receipt(uow: UnitOfWork, pile: PaperPile, case: Case) -> PaperReceipt:
    session = uow.session
    receipt = session.scalar(_receipt_of(pile, case.declaration)) or PaperReceipt(
        pile_id=pile.id, declaration_id=case.declaration.id
    )
    receipt.received_at, receipt.office = uow.now.replace(microsecond=0), uow.actor.desk[:120]
    receipt.received_by_id, receipt.received_by = uow.actor.id, uow.actor.full_name[:60]
    receipt.pages, receipt.due, receipt.whole = len(case.right), case.due, case.whole
    receipt.wanting, receipt.held = case.wanting[:500], found.spans(case.right)[:400]
    session.add(receipt)
    flag_modified(pile, "found")  # another clerk's page of before is out of date
    session.flush()
    _hand_over(uow, pile, case.declaration)
    return receipt


def _hand_over(uow: UnitOfWork, pile: PaperPile, declaration: Declaration) -> None:
    """The scans of the case lie with the declaration from now on, and are seen by whoever sees that."""
    owned = (StoredFile.owner_kind == PaperPile.__tablename__) & (StoredFile.owner_id == pile.id)
    for file in uow.session.scalars(select(StoredFile).where(owned, StoredFile.purpose == str(declaration.id))):
        file.owner_kind, file.owner_id, file.purpose = Declaration.__tablename__, declaration.id, SCAN
        uow.record("file_paper", file, label="归入案卷", case=declaration.number)
