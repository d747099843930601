"""Where a refusal sends people to a button: which of those it names are none, for whom it is told, in that state."""

from __future__ import annotations

import re

#: A sentence sends to a button in these words: 请先“受理”, 办理“…”, 用“…”, 可“…”.
SENDS = re.compile(r"(?:请先?|先|办理|使用|用|可以?|通过|须|应先?|重新|或)“([^”]+)”")
#: Words by which it says whose button it is, where it is another's.
WHO = re.compile(
    "申报人|单位|机构|评委会|省厅|人社|主管|上级|监督|纪检|审核岗|配置岗|证书岗|评委|主任委员"
    "|提请人|提出人|双方|管理员|另一"
)


def named(flow, sentence):
    """The buttons of the lifecycle that a sentence sends people to: word to its verbs."""
    words = {word: [s for s in flow.steps if s.label == word and not s.inner] for word in SENDS.findall(sentence)}
    return {word: steps for word, steps in words.items() if steps}


def missing(flow, state, actor, sentence):
    """Of these the ones that the actor has not in that state, and of which nobody is said to have them."""
    found = []
    for word, steps in named(flow, sentence).items():
        here = [step for step in steps if str(state) in set(map(str, step.sources))]
        if not any(flow.leads(actor, step) for step in here) and not (here and WHO.search(sentence)):
            found.append(word)
    return found
