"""The committee's office, the province, the supervisor and the experts, each on his own screens."""

from __future__ import annotations

import base64
import io
import re
import zipfile

from tests.journeys.office import Window
from tests.journeys.people import compares_paper, last_day_on

OFFICE_PASS, SUPERVISOR_PASS = "评委会办公室口令2026", "驻厅纪检组口令2026"
PLACES = {"报到地点": "湘府宾馆", "材料评审地点": "省人才大厦三楼封闭评审区", "面试答辩地点": "省人才大厦五楼答辩室"}
NEEDS = (("建筑与结构组", "6"), ("施工与造价组", "5"))
ITEMS = (
    ("材料打分", "专业理论与技术水平", "30"),
    ("材料打分", "工作业绩与贡献（含服务基层一线）", "40"),
    ("面试答辩打分", "答辩表现", "30"),
)
CODE = re.compile(r"P\d{8}")


class CommitteeOffice(Window):
    """评委会办事机构."""

    def qualifies(self, number):
        """资格复核: 审核通过."""
        self.opens("职称申报人员资格复核").finds(number)
        compares_paper(self)
        self.opens("职称申报人员资格复核").finds(number)
        self.does("审核通过", {"审核意见": "复核合格，同意参评。", "线上线下材料比对": "一致"})
        return self.signed(number)

    def files_plan(self, opens_on):
        """评审方案呈报: everything typed, every qualified person ticked; gives its number."""
        self.opens("评审方案呈报").presses("新增")
        self.fills(
            {
                "开评日期": opens_on,
                "执行的评价标准": "湖南省专业技术职称申报评价条件",
                "面试答辩方案": "每人 15 分钟。",
                **PLACES,
            }
        )
        self._row("needs", NEEDS)
        self._row("items", ITEMS)
        self.presses("保存").told()
        number = re.search(r"FA\d{9}", self.page.content())[0]
        self.does("呈报")
        return number

    def _row(self, name, rows):
        for n, row in enumerate(rows):
            if n:
                self.follows(self.page.locator(f"button[name=another][value={name}]"))
            cells = self.page.locator(f"table.{name} tbody tr").nth(n)
            if name == "needs":
                cells.locator("[name$=-name]").fill(row[0])
                cells.locator("[name$=-need]").fill(row[1])
            else:
                cells.locator("[name$=-phase]").select_option(label=row[0])
                cells.locator("[name$=-name]").fill(row[1])
                cells.locator("[name$=-maximum]").fill(row[2])

    def candidates_offered(self):
        """Whom the form of a new plan offers: the numbers."""
        self.opens("评审方案呈报").presses("新增")
        return re.findall(r"HN\d{12}", self.page.locator("#candidates").inner_text())

    def invites(self, starts_at):
        """面试通知: turns for everybody, letters sent."""
        self.opens("面试通知").finds().presses("安排面试")
        self.fills({"第一位开始时间": starts_at}).presses("保存安排").told()
        return self.presses("发送面试通知").told()

    def session(self):
        """评审会议 of the only plan, as it stands now."""
        if "/session/show/" in self.page.url:
            self.page.reload()
            return self
        return self.opens("评审会议").finds()

    def leads(self, label, answers=None):
        """The next stage of the session."""
        return self.session().does(label, answers)

    def chair(self):
        """The code of the 主任委员."""
        row = self.session().page.locator("tr", has_text="主任委员").first
        return row.locator("td").first.inner_text().strip()

    def members(self):
        """The codes of the members, the 主任委员 first."""
        rows = self.session().page.locator("tr", has_text=re.compile("主任委员|未打分|—")).all_inner_texts()
        codes = [found.group() for row in rows if (found := re.match(CODE, row.strip()))]
        leader = self.chair()
        return [leader, *(code for code in dict.fromkeys(codes) if code != leader)]

    def sets_key(self):
        """投票管理: the office's own passphrase."""
        return self.opens("投票管理").finds().does("设定办事机构口令", {"办事机构（主任委员）口令": OFFICE_PASS})

    def opens_poll(self):
        """投票管理: 开启投票."""
        return self.opens("投票管理").finds().does("开启投票")

    def ends_poll(self):
        """投票管理: 结束投票."""
        return self.opens("投票管理").finds().does("结束投票")

    def counts_votes(self):
        """计票; gives the archive, which is handed out once."""
        self.opens("投票管理").finds()
        self.does("计票", {"办事机构（主任委员）口令": OFFICE_PASS}, says=None)
        link = self.page.locator("a", has_text="保存复核档案").get_attribute("href")
        return base64.b64decode(link.partition("base64,")[2])

    def declares_result(self):
        """评审结果: 宣布结果."""
        return self.opens("评审结果").finds().does("宣布结果")

    def posts_result(self):
        """评审结果公示; gives the last day."""
        self.opens("评审结果公示").presses("新增公示")
        self.fills(
            {"公示网址或地点": "评委会网站", "投诉受理部门": "省人社厅专技处", "投诉电话": "0731-84900000"}
        ).presses("公示").told()
        return last_day_on(self.page)

    def closes_posting(self):
        """登记公示结果: 无异议."""
        return self.opens("评审结果公示").finds().does("登记公示结果", {"公示结果": "无异议"})

    def applies_for_filing(self, number):
        """评审结果申请备案."""
        self.opens("评审结果申请备案").presses("备案")
        self.fills({"备案申请文号": number, "评审总结": "评审工作规范有序，投票原始记录等已归档。"})
        return self.presses("保存并提交").told()


class Province(Window):
    """省厅审核岗."""

    def approves_plan(self, number):
        """呈报方案审核."""
        self.opens("呈报方案审核").finds(number)
        return self.does("审核通过", {"审核意见": "方案符合要求，同意备案。"})

    def freezes_list(self, number):
        """抽取评委: 冻结名册, and into the hall."""
        return self.opens("抽取评委").finds(number).presses("冻结名册")

    def speaks(self, label, value):
        """监督方报数."""
        return self.does("监督方报数", {"监督方代号": label, "报数": value})

    def drawn(self):
        """The codes of the members as they stand."""
        panel = self.page.locator("section.card", has=self.page.locator("h2", has_text=re.compile("^抽中评委")))
        return CODE.findall(panel.locator("tbody").inner_text())

    def notes_decline(self, code):
        """登记不能参加: three calls in vain."""
        member = self.offered("评委代码", code, self.page.locator("#do-decline"))
        answers = {"评委代码": member, "原因": "三次呼叫无人接听", "通知记录": "09:40、09:50、10:00 三次呼叫无人接听"}
        return self.does("登记不能参加", answers)

    def takes_files(self, place):
        """全部文件（压缩包）, unpacked."""
        with self.downloads() as got:
            self.page.get_by_role("link", name="全部文件（压缩包）").click()
        with zipfile.ZipFile(io.BytesIO(got[0])) as archive:
            archive.extractall(place)
        return place

    def calls_experts(self):
        """通知名单: code → telephone."""
        self.presses("查看通知名单")
        rows = self.page.locator("tbody tr").all()
        return {
            row.locator("td").first.inner_text().strip(): row.locator("td").last.inner_text().strip() for row in rows
        }

    def files_result(self, document):
        """职称评审结果备案: 审核通过 on the day the rule gives."""
        self.opens("职称评审结果备案").finds()
        return self.does("审核通过", {"备案文号": document})


class Supervisor(Province):
    """纪检监察."""

    def sets_key(self):
        """投票管理: the supervisor's own passphrase."""
        return self.opens("投票管理").finds().does("设定纪检监察口令", {"纪检监察口令": SUPERVISOR_PASS})

    def gives_key(self):
        """投票管理: 交出口令."""
        return self.opens("投票管理").finds().does("交出口令", {"纪检监察口令": SUPERVISOR_PASS})

    def enters_hall(self, number):
        """抽取评委 of a plan."""
        return self.opens("抽取评委").finds(number, "抽取记录")


class CertificateDesk(Window):
    """省厅证书岗."""

    def generates(self, grade, way, issuer, last):
        """证书编号生成: from the next free one to `last`."""
        self.opens("证书编号生成").presses("生成证号")
        self.fills({"年度": "2026", "职称系列": "工程技术人员", "发证单位": issuer, "结束序号": str(last)})
        self.fills({label: self.offered(label, words) for label, words in (("职称等级", grade), ("取得方式", way))})
        return self.presses("保存").told()

    def issues(self, name, issuer):
        """证书发放: tick, 批量发放证书, name who issues."""
        self.opens("证书发放")
        self.page.locator("table.rows tr", has_text=name).locator("input[type=checkbox]").check()
        self.presses("批量发放证书")
        self.fills({"发证单位": self.offered("发证单位", issuer)})
        return self.presses("发放证书").told()
