"""What an applicant has at hand: what he types, what he sends, and his scans."""

from __future__ import annotations

from app.demo.filling import photo, scan

#: Typed in the browser, by label: 个人基本信息 and 学历学位.
BASIC = {
    "单位性质": "民营企业",
    "部门": "技术部",
    "岗位": "结构设计",
    "人事档案存放单位": "长沙市人才服务中心",
    "参加工作时间": "2012-07-01",
    "从事专业年限": "13",
    "行政职务": "无",
    "现从事专业": "建筑设计",
    "与单位关系": "合同",
    "健康状况": "健康",
}
EDUCATION = {
    "学习形式": "全日制",
    "学历": "大学本科毕业",
    "学位": "学士",
    "院校": "湖南大学",
    "专业": "土木工程",
    "入学时间": "2008-09",
    "毕业时间": "2012-06",
    "证书号": "105321201205001234",
}
#: Sent as the forms of these sections, by field.
SECTIONS = {
    "declaring": {"posted": "未派驻"},
    "titles": [
        {
            "name": "工程师",
            "series": "工程技术人员",
            "level": "intermediate",
            "obtained_on": "2018-12-29",
            "way": "评审",
            "body": "长沙市工程系列中评会",
        }
    ],
    "experience": [
        {"kind": "工作经历", "since": "2012-07", "unit": "长沙某设计公司", "post": "设计师", "witness": "王某"}
    ],
    "training": [{"year": "2025", "public_hours": "30", "professional_hours": "60", "certificate": "JX2025"}],
    "projects": [
        {
            "name": "橘洲文化中心结构设计",
            "source": "委托",
            "since": "2021-03",
            "until": "2023-05",
            "role": "专业负责人",
            "rank": "1",
            "status": "已验收",
            "amount": "1200000",
            "proof": "验收证书",
        }
    ],
    "achievements": [
        {
            "name": "大跨钢结构节点设计",
            "kind": "技术报告",
            "finished_on": "2024-05-30",
            "role": "主持",
            "abstract": "解决了大跨节点的关键技术问题，已投入使用。",
            "proof": "应用证明",
        }
    ],
    "discipline": {"statement": "无"},
    "assessments": [{"year": year, "result": "合格", "unit": "长沙某设计公司"} for year in ("2023", "2024", "2025")],
}
MATERIALS = ("education", "title", "employment", "training", "project", "achievement", "assessment")


def sent(rows):
    """The fields of a section as its form sends them; every row of a repeated one with its number."""
    if isinstance(rows, dict):
        return rows
    return {"rows": str(len(rows))} | {f"{n}-{key}": value for n, row in enumerate(rows) for key, value in row.items()}


def pdf(label):
    """A scan, as a browser sends it."""
    return {"name": f"{label}.pdf", "mimeType": "application/pdf", "buffer": scan(label)}


def portrait():
    """二寸照."""
    return {"name": "二寸照.png", "mimeType": "image/png", "buffer": photo()}
