"""Every lifecycle of the office, with all its verbs registered: the tables that tests walk and pictures show."""

from __future__ import annotations

from workflow.accounts import accounts, admission, delegation, reassign, role  # noqa: F401  (importing registers the verbs)
from workflow.awards import (  # noqa: F401  (importing registers the verbs)
    appeal,
    certificate,
    certificate_number,
    correction,
    filing,
    issuer,
    objection,
    publicity,
    reporting,
)
from workflow.base.abilities import know
from workflow.base.flow import Flow
from workflow.batches import batch
from workflow.cases import handover  # noqa: F401  (what follows from every move of a declaration)
from workflow.committees import (  # noqa: F401  (importing registers the verbs)
    catalogue,
    committee,
    committee_details,
    expert,
)
from workflow.conditions import adopted
from workflow.declarations import (  # noqa: F401  (importing registers the verbs)
    audit,
    endorsement,
    paper_desk,
    path_migrate,
    quota,
    signing,
    submission,
)
from workflow.declarations.declaration import DECLARATION
from workflow.forms import kept as form_kept
from workflow.imports import import_batch
from workflow.imports.kinds import KINDS
from workflow.jobs import job
from workflow.messages import choice, outbox, sender, wording  # noqa: F401  (importing registers the verbs)
from workflow.office import reference, work_calendar  # noqa: F401  (importing registers the verbs)
from workflow.papers import pile
from workflow.paths import acceptance, path, path_draft
from workflow.register import blacklist, organisation, succession  # noqa: F401  (importing registers the verbs)
from workflow.review import (  # noqa: F401  (importing registers the verbs)
    ballot,
    ballot_keys,
    ballot_void,
    count,
    draw,
    interview,
    plan,
    plan_change,
    recusal,
    result,
    scoring,
    session,
)

#: Table name of the subject to its lifecycle.
LIFECYCLES: dict[str, Flow] = {
    "declaration": DECLARATION,
    "publicity": publicity.PUBLICITY,
    "objection": objection.OBJECTION,
    "appeal": appeal.APPEAL,
    "condition": adopted.CONDITION,
    "condition_exclusion": adopted.EXCLUSION,
    "condition_examined": adopted.EXAMINED,
    "organisation": organisation.ORGANISATION,
    "registration": admission.REGISTRATION,
    "path_node": path.PATH_NODE,
    "path_draft": path_draft.PATH_DRAFT,
    "acceptance_office": acceptance.ACCEPTANCE,
    "committee": committee.COMMITTEE,
    "batch": batch.BATCH,
    "form_edition": form_kept.FORM_EDITION,
    "quota": quota.QUOTA,
    "endorsement": endorsement.ENDORSEMENT,
    "signing": signing.SIGNING,
    "delegation": delegation.DELEGATION,
    "paper_pile": pile.PILE,
    "plan": plan.PLAN,
    "expert": expert.EXPERT_POOL,
    "draw": draw.DRAW,
    "review_session": session.SESSION,
    "poll": ballot.POLL,
    "filing": filing.FILING,
    "issuer": issuer.ISSUER,
    "certificate": certificate.CERTIFICATE,
    "certificate_number": certificate_number.NUMBER,
    "blacklist_entry": blacklist.BLACKLIST,
    "import_batch": import_batch.IMPORT,
    "job": job.JOB,
    "letter": outbox.LETTER,
    "role_charter": role.ROLE,
}
#: States that nothing leaves, each with the reason why it is final. Every other state has a verb that leaves it
#: (tests/workflow/test_lifecycles.py walks them all).
FINAL: dict[str, dict[str, str]] = {
    "declaration": {
        "failed": "对未获通过的一律不得复评（118号 五(四)）；下一年度另行申报",
        "withdrawn": "本人放弃；批次开放期内另建申报",
        "revoked": "职称撤销（118号 七(一)）；期满后另行申报",
    },
    "form_edition": {"stopped": "停用的版本不再恢复；以它为底本另行新增（118号 四(一)）"},
    "delegation": {"ended": "终止的委托不再恢复；需要时另行委托（118号 四(二)3）"},
    "endorsement": {
        "given": "推荐人已推荐并签署（人社厅发〔2022〕60号）",
        "declined": "推荐人不予推荐；申报人可另请推荐人",
        "withdrawn": "已撤回；申报人可另请推荐人",
    },
    "signing": {
        "signed": "意见已由经办人和负责人签署，记入《评审表》（118号 四(二)3、四(三)、四(四)）",
        "returned": "负责人未签署；经办人修改后重新送签",
        "withdrawn": "经办人已撤回；修改后重新送签",
        "void": "申报已终止或改变审核路径，不再需要签署",
    },
    "publicity": {
        "closed": "结果已登记；其后的反映按异议登记",
        "void": "作废的公示不再恢复；另行公示",
    },
    "objection": {"answered": "已答复反映人（118号 五(四)）；新的反映另行登记"},
    "appeal": {
        "answered": "已答复申请人（令40号 第二十六条）；新的违纪违规线索另行反映",
        "withdrawn": "申请人已撤回；期限内可以重新申请（令40号 第二十六条）",
    },
    "registration": {
        "verified": "账号已启用，机构已登记；其后按机构和账号办理",
        "rejected": "不予通过的原因已告知；更正后重新注册",
    },
    "path_node": {"cancelled": "注销的层级不再恢复；另行添加并确认（附件2 1.6）"},
    "path_draft": {"effective": "已成为新版本路径；再改另建推演", "void": "作废的推演不再恢复；另建推演"},
    "committee": {
        "cancelled": "注销的评委会不再恢复；另行申请组建（令40号 第七条）",
        "withdrawn": "取消组建权（118号 七(四)）；另行申请组建",
    },
    "batch": {"cancelled": "撤销的批次不再恢复；另建批次（附件2 1.4.2）"},
    "quota": {
        "rejected": "审核不通过；可另行申报职数",
        "cleared": "职数当年有效（湘职改办〔2020〕3号）；下一年度另行申报",
    },
    "paper_pile": {
        "closed": "各案卷已核收或告知补齐；补交的材料另行上传",
        "discarded": "已放弃，未登记接收；重新上传",
    },
    "plan": {
        "rejected": "审核不通过；可另行呈报方案（118号 五(一)）",
        "cancelled": "方案已撤销，人员退回待入方案；另行呈报",
        "archived": "评审结束已归档（118号 五(五)）",
    },
    "draw": {"closed": "抽取办结，结果固定（118号 五(二)）", "aborted": "本次抽取中止；另行抽取"},
    "review_session": {
        "archived": "当年度评委会解散（118号 五(四)）；其后的投诉由组建单位受理",
        "cancelled": "会议已取消，人员退出方案；另行呈报方案",
    },
    "poll": {"destroyed": "计票后选票销毁，结果已固定（令40号 第十九条）", "void": "投票作废；另行组织投票"},
    "filing": {"approved": "已备案（118号 六(二)）；个人的更正、撤销按证书办理"},
    "issuer": {"cancelled": "注销的编码不再使用；另行配置（附件3 1.9）"},
    "certificate": {"corrected": "已由更正后的证书取代"},
    "certificate_number": {"taken": "证书编号已使用，不再释放", "void": "作废的编号不再使用"},
    "blacklist_entry": {"lifted": "记录期满或已更正；新的失信行为另行登记"},
    "import_batch": {"undone": "已撤销；更正后重新导入", "discarded": "已放弃；重新上传"},
    "letter": {
        "arrived": "已送达",
        "bundled": "已随每日汇总的那一封发出",
    },
    "job": {"done": "已完成", "failed": "未完成的原因已告知；重新发起", "cancelled": "已取消；重新发起"},
}
for _flow in (*LIFECYCLES.values(), accounts.ACCOUNT):
    _flow.enter()
for _kind in KINDS.values():
    know(_kind.ability)
