"""Invented people, offices, numbers and dates for the documents; nothing here is anybody's."""

from __future__ import annotations

import random
from dataclasses import dataclass

# fmt: off
NAMES = (
    "李明辉", "张丽", "陈志强", "阿依古丽·买买提", "欧阳静", "谢小兰", "刘建国", "周启明", "王㛃", "谢晓岚", "迪丽热巴·阿不都",
    "向明", "彭玉兰", "龙海波", "田野", "石磊", "艾力·买买提", "司马青云", "胡小梅", "唐一鸣", "罗振华", "邓丽娟", "曾国强",
    "贺新", "易春生", "蒋文博", "段秀英", "覃婷婷", "毛宁", "黎耀光", "肖冬梅", "夏侯远", "余华林", "尹芳",
)
SCHOOLS = (
    "湖南湘江理工大学", "长沙麓山工业大学", "湖南洞庭农业大学", "衡阳船山学院", "岳阳君山职业技术学院", "湖南雪峰师范大学",
    "湘西武陵医学院", "郴州五岭工程大学", "湖南南岳财经大学", "株洲炎帝交通学院",
)
COMPANIES = (
    "湖南天心智造科技股份有限公司", "长沙市岳麓区桐梓坡水务工程有限公司", "湘西自治州水利水电勘测设计院", "怀化市中方县第一中学",
    "衡阳市蒸湘建筑设计院有限公司", "常德市鼎城区人民医院", "邵阳市大祥区农业技术推广中心", "湖南省交通规划勘察设计院有限公司",
    "益阳市资阳区环境监测站", "娄底市娄星区畜牧水产服务中心", "永州市零陵区实验小学", "张家界市永定区林业科学研究所",
)
BUREAUS = (
    "湖南省人力资源和社会保障厅", "长沙市人力资源和社会保障局", "衡阳市人力资源和社会保障局", "湘西土家族苗族自治州人力资源和社会保障局",
    "郴州市人力资源和社会保障局", "岳阳市人力资源和社会保障局", "常德市人力资源和社会保障局",
)
GIVERS = (
    "湖南省人民政府",
    "岳阳市防汛抗旱指挥部",
    "湖南省教育厅",
    "湖南省住房和城乡建设厅",
    "长沙市总工会",
    "湖南省水利学会",
)
MAJORS = (
    "土木工程",
    "水文学及水资源",
    "农学",
    "临床医学",
    "机械设计制造及其自动化",
    "给水排水工程",
    "汉语言文学",
    "会计学",
    "电气工程及其自动化",
)
PROJECTS = (
    "山区公路隧道衬砌病害快速检测关键技术", "装配式混凝土叠合板接缝灌浆密实度检测装置", "偏压连拱隧道中隔墙受力特性分析",
    "洞庭湖区双季稻节水灌溉制度研究", "县域中学物理实验教学改革与实践", "高寒山区茶园病虫害绿色防控技术", "老旧小区供水管网漏损控制研究",
    "基于三维激光扫描的桥梁变形监测方法", "猪圆环病毒快速诊断试剂盒研制", "农村留守儿童心理辅导模式探索",
)
JOURNALS = ("湖南交通科技", "中国农村水利水电", "湘江建筑学报", "南方教育研究", "华中医学杂志", "机电工程与应用")
TITLES = (
    "高级工程师",
    "工程师",
    "助理工程师",
    "副教授",
    "讲师",
    "副主任医师",
    "主治医师",
    "高级教师",
    "一级教师",
    "农艺师",
    "高级农艺师",
)
POSTS = ("结构设计", "水工设计", "内科临床", "高中物理教学", "设备检修", "农技推广")
# fmt: on
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
NUMERALS = "〇一二三四五六七八九"


@dataclass(frozen=True)
class Invented:
    """Who the documents of one draw are about."""

    name: str
    other: str
    identity: str
    born: str


def somebody(chance: random.Random) -> Invented:
    """A person and a colleague."""
    name, other = chance.sample(NAMES, 2)
    born = day(chance, 1965, 1995)
    front = chance.choice(("430102", "430525", "433101", "430703")) + born.replace("-", "") + digits(chance, 3)
    check = "10X98765432"[sum(int(a) * w for a, w in zip(front, WEIGHTS, strict=True)) % 11]
    return Invented(name, other, front + check, born)


def day(chance: random.Random, first: int, last: int) -> str:
    """A day, as it is typed."""
    return f"{chance.randint(first, last)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"


def digits(chance: random.Random, count: int) -> str:
    """So many digits."""
    return "".join(str(chance.randint(0, 9)) for _ in range(count))


def plain(day: str) -> str:
    """2019年1月16日."""
    parts = [str(int(part)) for part in day.split("-")]
    return "".join(part + unit for part, unit in zip(parts, "年月日", strict=False))


def numerals(day: str) -> str:
    """二〇一九年一月十六日."""
    year, *rest = day.split("-")
    told = "".join(NUMERALS[int(c)] for c in year) + "年"
    return told + "".join(_small(int(part)) + unit for part, unit in zip(rest, "月日", strict=False))


def _small(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if not tens else "十" if tens == 1 else NUMERALS[tens] + "十") + (NUMERALS[ones] if ones else "")
