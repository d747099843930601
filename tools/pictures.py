"""Draw every lifecycle from its Flow table into docs/lifecycles.md: the picture, and the row behind each arrow.

python -m tools.pictures        write the file again after a table has changed (a test compares)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from workflow.base.flow import Flow, Step
from workflow.lifecycles import LIFECYCLES

TARGET = Path(__file__).resolve().parent.parent / "docs" / "lifecycles.md"
HEAD = """# Lifecycles

Written by `python -m tools.pictures` from the Flow tables in `workflow/`; `tests/test_docs.py` compares, so this page
cannot grow old. A row is one verb: from which states it leads where, who may do it, under which conditions (the first
line of each guard), what it asks for, and the clause behind it. Verbs in *italics* happen only as part of another verb.

"""


def document() -> str:
    """The whole page."""
    contents = "\n".join(f"- [{flow.name} `{table}`](#{table})" for table, flow in LIFECYCLES.items())
    return HEAD + contents + "\n" + "".join(section(table, flow) for table, flow in LIFECYCLES.items())


def section(table: str, flow: Flow) -> str:
    """One lifecycle: its picture and its table."""
    rows = "\n".join(row(flow, step) for step in flow.steps)
    return f"""
<a id="{table}"></a>

## {flow.name} `{table}`

```mermaid
{flow.to_mermaid()}
```

| verb | from | to | by | only if | asks | clause |
|---|---|---|---|---|---|---|
{rows}
"""


def row(flow: Flow, step: Step) -> str:
    """One verb as a row of the table."""
    label = {state.value: state.label for state in flow.states}
    words = f"{step.label} `{step.verb}`"
    cells = (
        f"*{words}*" if step.inner else words,
        "、".join(label[state] for state in flow.states if state in set(step.sources)),
        "、".join(label[state] for state in step.targets) or "–",
        "、".join(step.roles),
        "<br>".join(said(guard) for guard in step.guards),
        "、".join(ask.label + ("" if ask.required else "（选填）") for ask in step.asks),
        step.clause,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def said(guard: Callable[..., object]) -> str:
    """What a guard demands, in its own words."""
    return next(lines_of(guard), guard.__name__.replace("_", " "))


def lines_of(guard: Callable[..., object]) -> Iterator[str]:
    """The lines of a guard's docstring that say something."""
    return (line.strip() for line in (guard.__doc__ or "").splitlines() if line.strip())


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
