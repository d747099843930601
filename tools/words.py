"""Write docs/words.md: the words of the office, each with what it replaces, and where another word must stand.

python -m tools.words          write the page again after a word has changed (a test compares, and walks every text)
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "words.md"
#: Where people's words are written.
ROOMS = ("app", "views", "workflow", "models", "reports")
#: One sentence of a template: what stands in {# #} is for who reads the template.
_COMMENT = re.compile(r"{#.*?#}", re.DOTALL)


@dataclass(frozen=True)
class Word:
    """A word of the office. `instead_of`: patterns of what is not written; `but`: file → why it may stand there."""

    word: str
    clause: str
    means: str
    instead_of: tuple[str, ...] = ()
    but: dict[str, str] = field(default_factory=dict)

    def strange(self) -> re.Pattern[str] | None:
        """What must not be written."""
        return re.compile("|".join(self.instead_of)) if self.instead_of else None


_OLD_SHEETS = {"workflow/imports/kinds/quota.py": "the heading of sheets that were downloaded before"}
_MINISTRY = {"workflow/awards/reporting.py": "the heading of the ministry's own table"}
_BY_NUMBER = {
    "workflow/accounts/registration.py": "said of a resident's number alone, after the kind of paper was chosen",
    "workflow/awards/reporting.py": "the same",
    "workflow/review/zc_draw.py": "the heading of the protocol's list",
}
# fmt: off
WORDS: tuple[Word, ...] = (
    Word("申报人",       "118号 一",      "who declares; 申报人员 in the names of the guide's screens"),
    Word("所在单位",     "附件2 1.1.1",   "the unit through which somebody declares"),
    Word("工作单位",     "令40号 第二十四条", "where an expert or the holder of a certificate works"),
    Word("统一信用代码", "附件3 1.9",     "the eighteen signs of an organisation", ("统一社会信用代码", "社会信用代码"), _MINISTRY),
    Word("机构名称",     "附件3 1.3",     "the name of an organisation on the screens of paths", ("机构全称",)),
    Word("节点类型",     "附件3 1.4",     "what an organisation is on the way: unit, bureau, county, city …", ("单位类别", "机构类型", "机构类别")),
    Word("单位性质",     "118号 三(二)",  "public institution, enterprise, society …", ("单位属性", "单位类型")),
    Word("职称系列",     "附件3 1.2",     "the first level of the 职称树"),
    Word("职称级别",     "附件3 1.2",     "正高级 … 员级, of a title; 职称等级 on the guide's screens of paths and imports", ("申报级别", "职称层级", "职称档次"), _OLD_SHEETS),
    Word("申报职称",     "附件1 二",      "the title that is asked for", ("拟评职称", "拟报职称", "申请职称")),
    Word("资格名称",     "令40号 第二十四条", "the title as a certificate names it"),
    Word("取得方式",     "附件3 1.3",     "评审, 初定, 认定", ("获得方式", "取得途径")),
    Word("暂存申报",     "附件1 二",      "keep what is filled in so far", ("保存草稿", "存为草稿")),
    Word("申报材料上传", "附件1 二",      "hand in the files of a declaration"),
    Word("上报",         "附件2 1.1.2",   "hand on along the way, and certificates to the ministry", ("呈送上级", "报上级审")),
    Word("审核通过、审核不通过", "附件2 1.1.3", "the two choices of the guide's desks", ("审批", "批准申报", "驳回", "打回")),
    Word("退回补正",     "118号 四(三)",  "sent back with everything that is to be mended, once", ("退件",)),
    Word("评委",         "118号 五(二)",  "a member of a committee's pool", ("评审人员名册",)),
    Word("抽取评委",     "附件2 1.2.3",   "the draw, and the page on which it is held", ("抽取大厅", "摇号", "抽签大厅")),
    Word("名册校验码",   "118号 五(二)",  "the digest of the frozen list; H_pool in ZC-DRAW/1", ("名册摘要",)),
    Word("系统承诺码",   "118号 五(二)",  "the commitment to the system's random number; C0 in ZC-DRAW/1"),
    Word("结果校验码",   "118号 五(二)",  "the digest of the drawn result", ("结果摘要",)),
    Word("无记名投票",   "118号 五(四)",  "a secret vote", ("匿名投票", "不记名投票")),
    Word("证书编号",     "附件3 1.16",    "the number of a certificate", ("证书号码",)),
    Word("发放证书",     "附件3 1.17",    "issue certificates", ("制发证书", "颁证")),
    Word("黑名单",       "附件3 1.20",    "who may not declare for three years", ("失信名单",)),
    Word("证件号码",     "118号 四(二)2", "the number of whatever paper proves who somebody is", ("身份证号",), _BY_NUMBER),
    Word("手机号码",     "附件1 一",      "a mobile number", ("手机号(?!码)", "移动电话")),
    Word("用户名",       "附件1 一",      "the name one signs in with", ("登录名", "登陆名")),
    Word("账号",         "附件1 一",      "what one signs in to", ("账户", "帐号", "帐户")),
    Word("登录",         "附件1 一",      "sign in", ("登陆",)),
    Word("注销",         "附件3 1.3",     "an office or a place on a way that no longer counts; 停用 of a column of a tree, by year"),
    Word("其他",         "",              "other", ("其它",)),
)
# fmt: on
#: Names of the inside of the product: nobody outside it should have to know them.
INSIDE = re.compile(
    r"REQUIREMENTS|TRUST\.md|NOTICE\.txt|H_pool|(?<![A-Za-z0-9])C0(?![A-Za-z0-9])|(?<![A-Za-z0-9])R0(?![A-Za-z0-9])"
)
#: Where a name of the inside is the very thing that is spoken of.
SPOKEN_OF = {
    "views/review/draw.py": "the fold and the file that say how ZC-DRAW/1 is checked by other programs",
    "app/templates/review/draw.html": "the fold",
    "app/commands/draw.py": "a command for who checks a draw",
    "workflow/review/zc_draw.py": "the protocol itself",
}


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of all that people may read in a file: strings but for docstrings, templates but for comments."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        bare = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), source)
        yield from enumerate(bare.split("\n"), 1)
        return
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    prose = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.lineno, node.value


def files() -> Iterator[Path]:
    """Every file in which people's words stand."""
    for room in ROOMS:
        yield from sorted(p for p in (ROOT / room).rglob("*") if p.suffix in (".py", ".html"))


def document() -> str:
    """The whole page."""
    lines = [
        "# Words",
        "",
        "Written by `python -m tools.words`; `tests/test_words.py` compares, and walks every text of screens, messages",
        "and papers. One thing has one word: that of the notice and its guides. The last column is not written.",
        "The English word for each is in the glossary of the README.",
        "",
        "| word | clause | means | not |",
        "|---|---|---|---|",
    ]
    for one in WORDS:
        instead = "、".join(re.sub(r"\(.*?\)", "", word) for word in one.instead_of)
        why = "".join(f"<br>`{file}`: {reason}" for file, reason in one.but.items())
        lines.append(f"| {one.word} | {one.clause} | {one.means} | {instead}{why} |")
    lines += ["", "Names of the inside stand only here:", ""]
    lines += [f"- `{file}`: {why}" for file, why in SPOKEN_OF.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
