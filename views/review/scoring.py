"""评委功能 (附件2 1.3): an expert reads the material of those he may judge, and writes what the stage asks of him.

签到 comes first. Whom he stands aside for he neither sees nor judges. Each desk is one stage of the session.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request
from flask_appbuilder import BaseView, expose, has_access
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from models.accounts.account import Account
from models.base import db
from models.declarations.declaration import Declaration
from models.declarations.material import Material
from models.review.plan import ScoreItem, ScoreKind, ScorePhase
from models.review.session import MaterialReview, ReviewOpinion, ReviewSession, Score
from models.review.session import SessionState as S
from views.declarations.filled import sections_of
from views.screens import answers
from views.screens.base import Link, Screen, badge
from views.screens.boxes import errors_of
from views.screens.posted import Posted, form, submit
from views.storage.attachments import file_link, size_of
from workflow.base import policy
from workflow.base.errors import Refused
from workflow.base.flow import Ask, Step
from workflow.base.unit_of_work import UnitOfWork, asking
from workflow.forms import form as forms
from workflow.review import review_desk, scoring
from workflow.review import session as sessions
from workflow.review.bench import review_of, seat
from workflow.review.session import SESSION


class ExpertDesk(Screen):
    """One stage as an expert sees it: his candidates, the material, and the form of the stage."""

    model = Declaration
    stage: ClassVar[S] = S.MATERIAL_REVIEW
    written: ClassVar[Any] = MaterialReview  #: what this desk writes
    phase: ClassVar[ScorePhase | None] = None  #: whose points, on the desks that score
    act_label = "审核"
    columns = "number applicant_name unit.name title.name specialty.name done"
    conditions = "applicant_name number unit"
    facts = "number applicant_name unit.name unit.nature title.name level specialty.name mode way"
    labels: ClassVar[dict[str, str]] = {
        "done": "本人办理",
        "unit.name": "所在单位",
        "unit.nature": "单位性质",
        "title.name": "申报职称",
        "specialty.name": "申报专业",
    }
    order = "number"
    can_export = False
    show_template = "review/judge.html"
    empty = "没有可评审的人员。请先签到；应当回避的人员不在名单中，会议封存后不再显示。"

    def done_by_me(self) -> Any:
        """Whether the signed-in expert has written on a declaration here."""
        return review_desk.written(g.user, self.written, self.phase)

    def scope(self, actor: Account) -> Any:
        """Candidates of the sessions the actor judges in; nothing an account with further roles may see besides."""
        return review_desk.my_candidates(actor, asking(actor).today)

    def list_page(self, asked: Any, page: Any) -> dict[str, Any]:
        """Say, above the list, in which stage the session stands."""
        self_done = select(Declaration.id).where(Declaration.id.in_([d.id for d in page.rows]), self.done_by_me())
        g.written = set(db.session.scalars(self_done))
        found = super().list_page(asked, page)
        if page.rows and (sentence := self.closed(page.rows[0])):
            asked.sentences.append(sentence)
        return found

    def cell_done(self, declaration: Declaration) -> Any:
        """已办 or 未办."""
        return badge("已完成", "ok") if declaration.id in g.get("written", ()) else badge("未完成", "warn")

    def closed(self, declaration: Declaration) -> str:
        """Why nothing can be written on this candidate now, or nothing."""
        try:
            scoring.judge(asking(g.user), declaration, self.stage, self.title)
        except Refused as refusal:
            return refusal.sentence
        return ""

    def operations(self, record: Declaration) -> list[Link]:
        """查询 and the verb of the guide are one page."""
        return [Link(self.act_label, f"{self.address('list').removesuffix('list/')}show/{record.id}")]

    def name_of(self, record: Declaration) -> str:
        """The candidate and what he asks for."""
        return f"{record.applicant_name} · {record.title.name}"

    def trail(self, record: Declaration) -> list[Any]:
        """An expert does not read who audited."""
        return []

    # -- the form of the stage -----------------------------------------------------------------------

    #: What the stage asks about this candidate.
    questions: Callable[[Any, Declaration], Step]
    #: The verb of the stage.
    write: Callable[[Any, UnitOfWork, Declaration, dict[str, Any]], Any]

    def mine(self, declaration: Declaration) -> Any:
        """What the expert has written here before, or None."""
        rows = select(self.written).where(
            self.written.declaration_id == declaration.id, self.written.expert_id == review_desk.me(g.user)
        )
        return db.session.scalar(rows)

    def kept(self, declaration: Declaration) -> Sequence[Any]:
        """Everything the expert has written here before."""
        rows = select(self.written).where(
            self.written.declaration_id == declaration.id, self.written.expert_id == review_desk.me(g.user)
        )
        return db.session.scalars(rows.order_by(self.written.id)).all()

    @expose("/show/<int:pk>", methods=["GET", "POST"])
    @has_access
    def show(self, pk: int) -> Any:
        """The material, and beside it the form; POST writes it and goes on to the next candidate."""
        declaration = self.find(pk)
        step = self.questions(declaration)
        posted = submit(
            step,
            declaration,
            lambda uow, given: self.write(uow, self.find(pk), given),
            of=lambda: self.kept(declaration),
        )
        if posted.done:
            flash(f"已保存对“{declaration.applicant_name}”的{self.title}。", "ok")
            return redirect(self._next(pk) if request.form.get("go") == "next" else self.address("show", pk=pk))
        return self._judge_page(declaration, step, posted), posted.code

    def _next(self, pk: int) -> str:
        left = self.query().where(~self.done_by_me()).with_only_columns(Declaration.id).order_by(Declaration.number)
        found = db.session.scalars(left).first()
        return self.address("show", pk=found) if found else self.address("list")

    def _judge_page(self, declaration: Declaration, step: Step, posted: Posted) -> str:
        boxes = posted.boxes(step, declaration)
        drawn = {box.name for box in boxes}
        kinds = {kind.key: kind.label for kind in forms.form_of(declaration).materials}
        held = db.session.scalars(
            select(Material)
            .where(Material.declaration_id == declaration.id)
            .options(joinedload(Material.file))
            .order_by(Material.id)
        )
        return self.show_page(
            declaration,
            boxes=boxes,
            errors=errors_of(boxes),
            alert=posted.sentence if not errors_of(boxes) else "",
            closed=self.closed(declaration),
            sections=[s for s in sections_of(declaration) if not s.empty],
            files=[(kinds.get(m.kind, m.kind), file_link(m.file), size_of(m.file)) for m in held],
            homeless=[s for name, s in posted.errors.items() if name not in drawn],
            rules=self.rules(declaration),
            total=self.total(declaration),
            deducted=self.deducted(declaration),
        )

    def rules(self, declaration: Declaration) -> dict[str, str]:
        """Hook: what stands under a field, by its name."""
        return {}

    def total(self, declaration: Declaration) -> str:
        """Hook: the sum of what was written before."""
        return ""

    def deducted(self, declaration: Declaration) -> Sequence[str] | None:
        """Hook: the fields that count against the candidate while the page adds up; None where nothing is added."""
        return None


class MaterialReviewScreen(ExpertDesk):
    """材料复审 (附件2 1.3.1): 审核通过 or 审核不通过."""

    route_base = "/expert/review"
    title = "材料复审"
    lead = "核对申报材料是否真实、完整、符合条件，选择【审核通过】或者【审核不通过】；本环节内可以修改。"
    guide = "附件2 1.3.1"

    def questions(self, declaration: Declaration) -> Step:
        """The finding and the opinion, as written before."""
        mine = self.mine(declaration)
        return form(
            "review",
            self.title,
            [
                Ask(
                    "passed",
                    "审核结果",
                    "choice",
                    choices=(("yes", "审核通过"), ("no", "审核不通过")),
                    default="" if mine is None else "yes" if mine.passed else "no",
                ),
                Ask(
                    "opinion",
                    "复审意见",
                    "area",
                    required=False,
                    default=mine.opinion if mine else "",
                    hint="审核不通过的必填（118号 五(四)）",
                ),
            ],
        )

    def write(self, uow: UnitOfWork, declaration: Declaration, given: dict[str, Any]) -> Any:
        """Keep the finding."""
        return scoring.material_review(uow, declaration, passed=given["passed"] == "yes", opinion=given["opinion"])


class OpinionScreen(ExpertDesk):
    """评审意见 (附件2 1.3.5), reference for the vote."""

    route_base = "/expert/opinion"
    title = "评审意见"
    lead = "小组评议时对每名参评人员写出评审意见，供大会投票参考（令40号 第二十条）；本环节内可以修改。"
    guide = "附件2 1.3.5"
    stage = S.DISCUSSION
    written = ReviewOpinion
    act_label = "评审意见"

    def questions(self, declaration: Declaration) -> Step:
        """The opinion, and a reason should he fail."""
        mine = self.mine(declaration)
        return form(
            "opinion",
            self.title,
            [
                Ask("text", "评审意见", "area", default=mine.text if mine else "", max_length=4000),
                Ask(
                    "fail_reason",
                    "未通过原因",
                    "area",
                    required=False,
                    default=mine.fail_reason if mine else "",
                    hint="认为不应通过的写明，存档备查（118号 五(四)）",
                ),
            ],
        )

    def write(self, uow: UnitOfWork, declaration: Declaration, given: dict[str, Any]) -> Any:
        """Keep the opinion."""
        return scoring.opinion(uow, declaration, **given)


class ScoreDesk(ExpertDesk):
    """打分 by the items of the plan, in points with two decimals; kept as whole hundredths."""

    written = Score
    act_label = "打分"

    def items(self, declaration: Declaration) -> list[ScoreItem]:
        """The items of the phase, in the plan's order."""
        rows = select(ScoreItem).where(ScoreItem.plan_id == declaration.plan_id, ScoreItem.phase == self.phase)
        return list(db.session.scalars(rows.order_by(ScoreItem.id)))

    def held(self, declaration: Declaration) -> dict[int, Score]:
        """The expert's points so far, by item."""
        rows = select(Score).where(Score.declaration_id == declaration.id, Score.expert_id == review_desk.me(g.user))
        return {row.item_id: row for row in db.session.scalars(rows)}

    def questions(self, declaration: Declaration) -> Step:
        """One field per item, with a remark."""
        held = self.held(declaration)
        return form(
            "score", self.title, [ask for item in self.items(declaration) for ask in _item(item, held.get(item.id))]
        )

    def write(self, uow: UnitOfWork, declaration: Declaration, given: dict[str, Any]) -> Any:
        """Keep the points."""
        items = self.items(declaration)
        points, wrong = {}, {}
        for item in items:
            points[item.id] = hundredths(given[f"item-{item.id}"])
            if points[item.id] is None:
                wrong[f"item-{item.id}"] = f"“{item.name}”应为数字，最多两位小数。"
        if wrong:
            raise Refused("；".join(s.rstrip("。") for s in wrong.values()) + "。", fields=wrong)
        notes = {item.id: given[f"note-{item.id}"] for item in items}
        return scoring.score(uow, declaration, phase=self.phase, points=points, notes=notes)

    def rules(self, declaration: Declaration) -> dict[str, str]:
        """The criterion of each item."""
        return {f"item-{item.id}": item.criterion for item in self.items(declaration) if item.criterion}

    def deducted(self, declaration: Declaration) -> Sequence[str] | None:
        """减分 items."""
        return [f"item-{item.id}" for item in self.items(declaration) if item.kind == ScoreKind.DEDUCT]

    def total(self, declaration: Declaration) -> str:
        """计分 + 加分 − 减分 as kept so far."""
        held = self.held(declaration)
        kinds = {item.id: item.kind for item in self.items(declaration)}
        mine = [row for key, row in held.items() if key in kinds and kinds[key] != ScoreKind.VETO]
        points = sum(-row.points if kinds[row.item_id] == ScoreKind.DEDUCT else row.points for row in mine)
        return f"{points / scoring.POINT:.2f}" if mine else ""  # with the decimals of the running total beside it


def _item(item: ScoreItem, row: Score | None) -> list[Ask]:
    note = Ask(f"note-{item.id}", "备注", required=False, default=row.note if row else "", max_length=300)
    if item.kind == ScoreKind.VETO:
        held = "" if row is None else str(row.points)
        return [
            Ask(
                f"item-{item.id}",
                f"{item.name}（一票否决）",
                "choice",
                choices=(("0", "否"), (str(scoring.VETOED), "是，一票否决")),
                default=held,
            ),
            note,
        ]
    label = f"{item.name}（{ScoreKind(item.kind).label}，0–{item.maximum} 分）"
    return [Ask(f"item-{item.id}", label, "decimal", default=scoring.shown(row.points) if row else ""), note]


def hundredths(typed: str) -> int | None:
    """86.5 as 8650; a veto's own value stays; None for what is no number of at most two decimals."""
    try:
        return int(answers.decimal("得分", typed, 8, 2) * scoring.POINT)
    except ValueError:
        return None


class MaterialScoreScreen(ScoreDesk):
    """材料打分 (附件2 1.3.3)."""

    route_base = "/expert/material"
    title = "材料打分"
    lead = "按评审方案的打分细则逐项打分，可到小数点后两位；本环节内可以修改。"
    guide = "附件2 1.3.3"
    stage = S.MATERIAL_SCORING
    phase = ScorePhase.MATERIAL


class InterviewScoreScreen(ScoreDesk):
    """面试答辩打分 (附件2 1.3.2)."""

    route_base = "/expert/interview"
    title = "面试答辩打分"
    lead = "按评审方案的打分细则对面试答辩逐项打分；本环节内可以修改。"
    guide = "附件2 1.3.2"
    stage = S.INTERVIEW
    phase = ScorePhase.INTERVIEW


# -- 签到 and 回避 ---------------------------------------------------------------------------------


ASIDE = form(
    "recuse",
    "申请回避",
    [
        Ask(
            "reason",
            "回避事由",
            "area",
            max_length=100,
            hint="如亲属、师生、项目合作；登记后不再显示该人，已打的分不计（令40号 第二十四条）",
        )
    ],
    "令40号 第二十四条",
)


class CheckInView(BaseView):
    """签到: the promise of secrecy, the statement of whom one must stand aside for, and where the session stands."""

    route_base = "/expert/check-in"
    default_view = "mine"
    class_permission_name = "CheckInView"
    model = ReviewSession
    title = "签到"
    guide = "令40号 第二十三、二十四条"

    @expose("/")
    @has_access
    def mine(self) -> Any:
        """My sessions, the newest first."""
        found = db.session.scalars(
            self.query().order_by(ReviewSession.id.desc()).options(joinedload(ReviewSession.plan))
        ).all()
        uow = asking(g.user)
        rows = [(review, seat(uow, review), badge(S(review.state).label, S(review.state).tone)) for review in found]
        return self.render_template("review/check_in.html", screen=self, title=self.title, rows=rows)

    @expose("/show/<int:pk>", methods=["GET", "POST"])
    @has_access
    def show(self, pk: int) -> Any:
        """One session: sign in, or what is to be done now."""
        review = self._find(pk)
        step = SESSION["sign_in"]
        posted = submit(
            step,
            review,
            lambda uow, given: SESSION.perform(uow, uow.session.get_one(ReviewSession, pk), "sign_in", **given),
        )
        if posted.done:
            flash("签到完成，可以查看参评人员材料。", "ok")
            return redirect(f"{self.route_base}/show/{pk}")
        uow = asking(g.user)
        refusal = SESSION.refusal(uow, review, step)
        boxes = [] if refusal else posted.boxes(step, review)
        page = self.render_template(
            "review/sign_in_sheet.html",
            screen=self,
            title=review.name,
            review=review,
            member=seat(uow, review),
            state=badge(S(review.state).label, S(review.state).tone),
            refusal=refusal.sentence if refusal else "",
            boxes=boxes,
            errors=errors_of(boxes),
            sentence=posted.sentence,
            base=f"{self.route_base}/",
        )
        return page, posted.code

    @expose("/aside/<int:pk>", methods=["GET", "POST"])
    @has_access
    def aside(self, pk: int) -> Any:
        """申请回避 found during the review."""
        declaration = policy.find(db.session, g.user, Declaration, pk) or abort(404)
        review_of(db.session, declaration) or abort(404)
        posted = submit(
            ASIDE, declaration, lambda uow, given: sessions.recuse(uow, uow.session.get_one(Declaration, pk), **given)
        )
        if posted.done:
            flash(f"已登记对“{declaration.applicant_name}”的回避，该人不再出现在您的名单中。", "ok")
            return redirect(f"{self.route_base}/")
        boxes = posted.boxes(ASIDE, declaration)
        page = self.render_template(
            "screens/ask.html",
            screen=self,
            title=f"申请回避：{declaration.applicant_name}",
            name="",
            boxes=boxes,
            errors=errors_of(boxes),
            sentence=posted.sentence,
            label="申请回避",
            base=f"{self.route_base}/",
            back=f"{self.route_base}/",
        )
        return page, posted.code

    @staticmethod
    def query() -> Select[tuple[ReviewSession]]:
        """Sessions in which the signed-in expert has a seat."""
        return select(ReviewSession).where(review_desk.my_sessions(g.user, asking(g.user).today))

    def _find(self, pk: int) -> ReviewSession:
        return db.session.scalar(self.query().where(ReviewSession.id == pk)) or abort(404)
