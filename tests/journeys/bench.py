"""The experts: the chair and two others sit at a screen, the rest send the same forms with sessions of their own."""

from __future__ import annotations

import re

from tests.journeys.office import Window

POINTS = {"专业理论与技术水平": "26.5", "工作业绩与贡献": "35", "答辩表现": "27.25"}
OPINION = "业绩较突出，答辩较好。"


class Expert(Window):
    """评委 at a screen."""

    def signs_the_sheet(self):
        """签到: 保密承诺 and 回避声明."""
        self.opens("签到").presses("签到")
        for box in self.page.locator(".promise input[name=secrecy], .promise input[name=statement]").all():
            box.check()
        return self.presses("签署并签到").told()

    def reviews(self):
        """材料复审 of everybody: 审核通过."""
        self._everybody("材料复审", lambda: self.fills({"审核结果": "审核通过", "复审意见": "材料齐全"}))

    def scores(self, screen):
        """材料打分 or 面试答辩打分 of everybody, by the items of the plan."""
        self._everybody(screen, self._points)

    def _points(self):
        for field in self.page.locator(".sheet .field:not(.note)").all():
            name = field.locator("label").inner_text().lstrip("*").partition("（")[0]
            field.locator("input").fill(POINTS[name])

    def writes_opinions(self):
        """评审意见 on everybody."""
        self._everybody("评审意见", lambda: self.fills({"评审意见": OPINION}))

    def _everybody(self, screen, write):
        self.opens(screen).finds()
        for _ in range(100):
            write()
            self.presses("保存并评审下一人").told()
            if self.page.url.endswith("/list/"):
                return

    def votes(self, wishes):
        """投票: a mark for everybody, checked, cast; gives the receipt. `wishes`: number → 同意, 不同意 or 弃权."""
        self.opens("投票")
        for slip in self.page.locator("fieldset.slip").all():
            assert slip.locator("input:checked").count() == 0, "nothing may be chosen beforehand"
            wish = next(wish for number, wish in wishes.items() if number in slip.inner_text())
            slip.locator("label.mark", has_text=re.compile(f"^{wish}$")).click()
        self.presses("下一步：核对选票").presses("确认投票")
        return re.sub(r"\s", "", self.reads(".receipt"))


class Correspondent:
    """评委 whose browser is not watched: the same forms, a session of his own, no page drawn."""

    def __init__(self, office, username):
        self.request = office.chromium.new_context(base_url=office.address).request
        token = _token(self.request.get("/login/").text())
        self._post("/login/", {"csrf_token": token, "username": username, "password": office.password, "next": ""})
        self.token = _token(self.request.get("/expert/check-in/").text())

    def _post(self, path, form):
        answer = self.request.post(path, form=form, max_redirects=0)
        assert answer.status == 302, f"{path}: {answer.status}"

    def _send(self, path, **form):
        page = self.request.get(path).text()
        version = re.search(r'name="version"\s+value="([^"]+)"', page)
        self._post(path, {"csrf_token": self.token} | ({"version": version[1]} if version else {}) | form)

    def _people(self, path):
        return sorted(set(re.findall(rf"{path}/show/(\d+)", self.request.get(f"{path}/list/").text())))

    def signs_the_sheet(self):
        """签到."""
        review = re.search(r"/expert/check-in/show/(\d+)", self.request.get("/expert/check-in/").text())[0]
        self._send(review, secrecy="1", statement="1")

    def reviews(self):
        """材料复审."""
        for key in self._people("/expert/review"):
            self._send(f"/expert/review/show/{key}", passed="yes", opinion="材料齐全")

    def scores(self, screen):
        """材料打分 or 面试答辩打分."""
        path = {"材料打分": "/expert/material", "面试答辩打分": "/expert/interview"}[screen]
        for key in self._people(path):
            page = self.request.get(f"{path}/show/{key}").text()
            items = re.findall(r'name="(item-\d+)"', page)
            self._send(f"{path}/show/{key}", **dict.fromkeys(items, "25"))

    def writes_opinions(self):
        """评审意见."""
        for key in self._people("/expert/opinion"):
            self._send(f"/expert/opinion/show/{key}", text=OPINION)

    def votes(self, wishes):
        """投票; gives the receipt."""
        marks = {"同意": "yes", "不同意": "no", "弃权": "abstain"}
        slips = re.findall(r'id="choice-(\d+)".*?(HN\d{12})', self.request.get("/expert/booth/").text(), re.S)
        chosen = {f"choice-{key}": marks[wishes[number]] for key, number in slips}
        self._send("/expert/booth/", step="cast", **chosen)
        receipt = re.search(r'class="receipt"><code>(.*?)</code>', self.request.get("/expert/booth/").text(), re.S)[1]
        return re.sub(r"<[^>]+>|\s", "", receipt)


def _token(page):
    return re.search(r'name="csrf_token"\s+value="([^"]+)"', page)[1]
