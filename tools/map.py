"""Write the map of the house into both READMEs: every package with its modules and what its first lines say.

python -m tools.map        write the maps again after a module has come, gone or moved (a test compares)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("models", "workflow", "views", "reports", "app")
BEGIN, END = "<!-- map: written by python -m tools.map -->", "<!-- end of map -->"
#: The same in the words of the office, for the Chinese README: the first word of a package to its nouns.
CHINESE = {
    "models": "记录什么：一个名词一个文件",
    "workflow": "可以办什么，与 HTTP 无关",
    "views": "HTTP，尽量薄",
    "reports": "呈现什么：只读不写",
    "app": "总装：引用各室，不被引用",
    "conditions": "申报条件：省厅维护并确认的条件行，按三值逻辑核对到人",
    "app.commands": "命令",
    "app.demo": "演示年度，用系统自己的办理动作造成",
    "app.volume": "大数据量的虚构全省，供查看和测量",
    "base": "地基：工作单元、流程表、时钟、行权限、角色、规则参数、消息",
    "office": "机关自身的安排：工作日历、基础数据、日志、消息、常用查询",
    "storage": "文件、附件与预览",
    "jobs": "后台任务",
    "messages": "外发消息",
    "register": "机构登记簿与黑名单",
    "accounts": "账号：注册、登录、口令、角色",
    "paths": "审核路径：谁审完谁审",
    "committees": "评委会、职称树、专业树、评委库",
    "batches": "年度批次",
    "corrections": "一次性告知：在申报表上指明的补正事项、可改的内容、答复和前后差异",
    "declarations": "申报：从填写到评委会",
    "forms": "申报表：基础表单和省厅按年度的版本",
    "materials": "申报材料：续传、照片合并、佐证到条目",
    "recognition": "识读：材料上读出的内容与填写内容并列，供人判断",
    "cases": "一件申报讲给所有人听：同一套办理用语、各环节用时、逐项补正",
    "papers": "收进来的纸质材料（纸质材料接收）：整批扫描，按识别码逐页认出并与打印底稿比对，逐卷核收",
    "review": "评审：从方案到结果",
    "awards": "公示、备案、证书、上报",
    "imports": "批量导入",
    "kinds": "各类导入",
    "parsing": "读取表格的子进程",
    "reports.figures.columns": "申报在内存中的列：随变更随时更新，与 SQL 计数一致",
    "reports.figures": "统计指标：每个只登记一次，数、列表、文件同出一处",
    "subjects": "统计什么：对象、维度及其用语",
    "pages": "各统计页的指标",
    "reports.charts": "图形：同一种样式，由本机的脚本绘制",
    "statistics": "统计页面：图、表、文件，每个数都能点开",
    "screens": "界面的底座：列表、详情、表单、导出、查询",
}


def packages() -> Iterator[tuple[str, list[str], str]]:
    """Every package of the rooms: its dotted name, the names of its modules, and its docstring in one line."""
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("__init__.py")):
            name = ".".join(file.parent.relative_to(ROOT).parts)
            modules = sorted(module.stem for module in file.parent.glob("*.py") if module.stem != "__init__")
            said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
            yield name, modules, " ".join(said.split())


def english() -> str:
    """The table of README.md."""
    rows = [f"| `{name.replace('.', '/')}/` | {said} | {_listed(modules)} |" for name, modules, said in packages()]
    return "\n".join(["| room | what is in it | modules |", "|---|---|---|", *rows])


def chinese() -> str:
    """The table of README.zh-CN.md."""
    rows = [
        f"| `{name.replace('.', '/')}/` | {_in_chinese(name)} | {_listed(modules)} |" for name, modules, _ in packages()
    ]
    return "\n".join(["| 位置 | 内容 | 模块 |", "|---|---|---|", *rows])


def _in_chinese(name: str) -> str:
    return CHINESE.get(name) or CHINESE[name.rsplit(".", 1)[-1]]


def _listed(modules: list[str]) -> str:
    return " ".join(f"`{name}`" for name in modules)


def written(page: str, table: str) -> str:
    """The page with that table between the two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


MAPS = {"README.md": english, "README.zh-CN.md": chinese}

if __name__ == "__main__":
    for name, table in MAPS.items():
        path = ROOT / name
        path.write_text(written(path.read_text(encoding="utf-8"), table()), encoding="utf-8")
