"""The people between the draft and the committee, and their verbs, each done on his own screens."""

from __future__ import annotations

import re
import shutil
import subprocess
from types import SimpleNamespace

from playwright.sync_api import expect

from tests.journeys import papers
from tests.journeys.office import Window

NUMBER = re.compile(r"HN\d{12}")


class Applicant(Window):
    """申报人."""

    def declares(self, batch, title, unit, specialty=None):
        """开始申报 in a batch: section 0 typed, the draft kept; gives its number."""
        self.opens("职称申报")
        self.follows(self.page.locator("tr", has_text=batch).get_by_text("开始申报"))
        self.fills({"所在单位": unit, "申报职称": self.offered("申报职称", title)})
        if specialty:
            self.fills({"申报专业": self.offered("申报专业", specialty)})
        self.presses("暂存申报")
        self.key = int(re.search(r"/declare/(\d+)/", self.page.url)[1])
        self.number = NUMBER.search(self.reads("nav.crumb"))[0]  # the page may name an earlier declaration as well
        return self.number

    def fills_the_form(self, without=(), **instead):
        """Two sections typed, the others sent as their forms; 二寸照 uploaded in the browser, the other scans sent.

        `instead`: other rows of a section than those at hand.
        """
        for title, answers in (("个人基本信息", papers.BASIC), ("学历学位", papers.EDUCATION)):
            self._section(title)
            self.fills(answers, self.page.locator("form .card").first)
            self.presses("暂存并下一步").told()
        for name, rows in (papers.SECTIONS | instead).items():
            if name not in without:
                self.posts(f"/declare/{self.key}/section/{name}", {**papers.sent(rows), "go": "next"})
        self._section("申报材料上传")
        photo = self.page.locator("#photo")
        photo.locator("input[name=file]").set_input_files(papers.portrait())
        assert not photo.get_by_label("确认不含涉密内容").is_checked(), "the applicant says so himself"
        photo.get_by_label("确认不含涉密内容").check()
        self.presses("上传", photo).told()
        for kind in papers.MATERIALS:
            if kind not in without:
                self.posts(
                    f"/declare/{self.key}/materials", {"kind": kind, "no_secrets": "1", "file": papers.pdf(kind)}
                )
        return self

    def _section(self, title):
        self.follows(self.page.locator(".toc a", has_text=title))
        expect(self.page.locator(".toc a.on")).to_contain_text(title)

    def submits(self):
        """个人承诺, then 提交."""
        self.page.goto(f"/declare/{self.key}/check")
        if self.page.get_by_role("button", name="我已阅读并签署承诺").count():
            self.presses("我已阅读并签署承诺").told()
        self.sees("检查通过，可以提交")
        return self.presses("提交").told()

    def is_kept_from_submitting(self):
        """检查并提交: the sentences that stand against it."""
        self.page.goto(f"/declare/{self.key}/check")
        expect(self.page.get_by_role("button", name="提交", exact=True)).to_be_disabled()
        return self.reads(".alert")

    def name(self):
        """His name, as the head of the page says it."""
        return self.reads("details.me summary span")

    def number_of(self, batch):
        """The number of his declaration in that batch."""
        row = self.opens("职称申报").page.locator("tr", has_text=batch).first
        return NUMBER.search(row.inner_text())[0]

    def looks_up(self, number):
        """申报详情 of a declaration of his; gives its state."""
        self.opens("职称申报").follows(self.page.locator("table a", has_text=number).first)
        self.key = int(re.search(r"/declare/(\d+)", self.page.url)[1])
        return self.state()

    def state(self):
        """The state of the declaration as the applicant reads it."""
        self.page.goto(f"/declare/{self.key}")
        return self.reads(".head .tag")

    def adds(self, kind):
        """A further scan of that kind."""
        self.page.goto(f"/declare/{self.key}/materials")
        self.posts(f"/declare/{self.key}/materials", {"kind": kind, "no_secrets": "1", "file": papers.pdf(kind)})
        return self

    def resubmits(self, explanation):
        """重新提交 after a return; what was changed is promised anew."""
        self.page.goto(f"/declare/{self.key}/check")
        if self.page.get_by_text("请核对后重新签署").count():
            self.presses("我已阅读并签署承诺").told()
        self.page.get_by_label("补正说明").fill(explanation)
        return self.presses("重新提交").told()

    def confirms_interview(self):
        """面试通知: 回执."""
        return self.opens("面试通知").presses("确认回执").sees("已确认")

    def certificate(self):
        """我的证书: what the record says, and the electronic certificate itself."""
        self.opens("我的证书").finds()
        number, name, identity = (self.fact(label) for label in ("证书编号", "姓名", "证件号码"))
        code = self.page.get_by_role("link", name="公开查验页").get_attribute("href")
        with self.downloads() as got:
            self.page.get_by_role("link", name="查看证书").click()
        return SimpleNamespace(number=number, name=name, id_tail=identity[-4:], code=code, pdf=got[0])


def says(pdf, *words):
    """Whether the paper says all these words; without pdftotext, whether it is a paper at all."""
    if not (reader := shutil.which("pdftotext")):
        return pdf.startswith(b"%PDF")
    read = subprocess.run([reader, "-layout", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return all(word in re.sub(r"\s", "", read) for word in words)


class Public(Window):
    """Anybody: no account, no name."""

    def signs_in(self):
        """Not at all."""

    def verifies(self, paper):
        """证书查验 by number, name and the last four of the identity number; gives the status and what is told."""
        self.page.goto("/verify/")
        self.fills({"证书编号": paper.number, "姓名": paper.name, "证件号码后四位": paper.id_tail})
        self.presses("查询", self.page.locator("form.narrow"))
        return self.reads(".ruling b"), self.reads(".kv")

    def follows_code(self, paper):
        """The address in the QR code; gives the status."""
        self.page.goto(paper.code)
        return self.reads(".ruling b")


class Officer(Window):
    """Who works at a desk through which declarations pass."""

    def record(self, screen, number):
        """The record of that number at that desk."""
        return self.opens(screen).finds(number)


class Unit(Officer):
    """用人单位."""

    def receives(self, number):
        """受理."""
        return self.record("单位受理审核", number).does("受理")

    def checks(self, number):
        """真实性审核: every item of the 责任卡 with its checker."""
        self.record("单位受理审核", number)
        return self.does("真实性审核")  # the checker is offered: who is signed in

    def posts_it(self, number):
        """所在单位申报公示; gives the last day."""
        self.opens("所在单位申报公示").presses("新增")
        self.fills({"公示地点或网址": "单位公告栏", "投诉受理部门": "人事科", "投诉电话": "0731-85550000"})
        self.presses("保存").told()
        self.sees(number)
        return last_day_on(self.page)

    def closes_posting(self):
        """登记公示结果: 无异议."""
        self.opens("所在单位申报公示").finds()
        return self.does("登记公示结果", {"公示结果": "无异议"})

    def recommends(self, number):
        """单位推荐上报."""
        self.record("单位推荐上报", number)
        self.does("上报", {"用人单位测评、公示结果": "公示无异议，测评合格", "推荐意见": "材料真实，同意推荐。"})
        return self.signed(number)

    def passes_down(self, number):
        """退回补充材料."""
        self.record("单位受理审核", number)
        return self.does("退回补充材料", {"转达说明": "请按上级意见补正。"})


def last_day_on(page):
    """The last day of the posting at hand."""
    return re.search(r"公示至\s*(\d{4}-\d\d-\d\d)", page.content())[1]


#: The record says so to the last who looks.
NEEDS_PAPER = "尚未登记收到纸质材料，不能认定"


def compares_paper(window):
    """登记纸质材料, then 核验与比对 of every file."""
    window.does("登记纸质材料", {"存放地点": "3 号柜"}).presses("核验与比对")
    for choice in window.page.locator("select[name^=file-]").all():
        choice.select_option(label="一致")
    window.presses("保存")


class Auditor(Officer):
    """县市区、市州人社部门."""

    screen = "职称申报人员资格审核"

    def audits(self, number):
        """审核通过; who is the last to look has the paper before him."""
        self.record(self.screen, number)
        compared = "纸质材料尚未收到，未比对"
        if NEEDS_PAPER in self.page.content():
            compares_paper(self)
            self.record(self.screen, number)
            compared = "一致"
        said = {"审核意见": "材料齐全，同意。", "已核查单位公示情况": True, "线上线下材料比对": compared}
        self.does("审核通过", said)
        return self if self.username.startswith("district") else self.signed(number)  # a county passes on alone

    def names_the_document(self, number, document):
        """登记发文文号 of a first title that has taken effect: no longer among what waits, found by its number."""
        self.page.goto(f"/auditscreen/list/?number={number}")
        self.finds(number)
        return self.does("登记发文文号", {"任职资格文件文号": document})

    def sends_back(self, number, *items):
        """退回, everything told at once."""
        self.record(self.screen, number)
        return self.does(
            "退回",
            {"主要原因": "材料不完整/缺失", "一次性告知的补正事项": "\n".join(items), "审核意见": "请一次性补正。"},
        )

    def passes_down(self, number):
        """退回补充材料."""
        self.record(self.screen, number)
        return self.does("退回补充材料", {"转达说明": "请按上级意见补正。"})
