"""What a message is about, told by its title: every title the product writes has its line here.

What is compulsory (令40号 第十七条: 补正告知, 终止告知) stands in the inbox whatever anybody has chosen; so does all
else, for the inbox is the record. What a person chooses is only what else reaches him.
"""

from __future__ import annotations

from models.messages.letter import MessageKind as K

# fmt: off
#: Title, or its beginning, to what it is about.
TITLES: dict[str, K] = {
    "申报材料需补正": K.CORRECTION, "请补正申报材料": K.CORRECTION, "申报已终止": K.CORRECTION,
    "申报被上级退回": K.CORRECTION, "退回件待转交": K.CORRECTION, "退回件逾期未转交": K.REMINDER,
    "有新的职称申报待受理": K.DUTY, "有新的申报待审核": K.DUTY, "补正材料已重新提交": K.DUTY,
    "邀请您推荐破格申报": K.DUTY, "请确认审核层级": K.DUTY, "评审方案退回调整": K.DUTY, "评审方案退回修改": K.DUTY,
    "评委抽取已中止": K.DUTY, "面试通知": K.DUTY, "面试通知变更": K.DUTY, "面试取消": K.DUTY,
    "有申报到达": K.DUTY, "有意见待签署": K.DUTY, "收到异议": K.DUTY, "负责人退回经办人": K.DUTY,
    "收到复查申请": K.DUTY, "复查申请有补充材料": K.DUTY, "复查认定程序有误": K.DUTY,
    "评审结果公示": K.PUBLICITY,
    "复查结果": K.RESULT, "评审结果": K.RESULT, "评审结果已备案": K.RESULT, "电子证书已发放": K.RESULT, "资格复核合格": K.RESULT,
    "评审方案已备案": K.RESULT, "评审方案审核不通过": K.RESULT,
    "催办": K.REMINDER, "评委会有效期": K.REMINDER,
}
# fmt: on
#: Legal notices: they arrive in the inbox, always.
COMPULSORY = ("申报材料需补正", "请补正申报材料", "申报已终止")


def kind_of(title: str) -> K:
    """By the whole title, else by the longest beginning that is known; everything else tells how far something is."""
    if title in TITLES:
        return TITLES[title]
    known = max((word for word in TITLES if title.startswith(word)), key=len, default="")
    return TITLES[known] if known else K.PROGRESS
