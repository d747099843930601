"""Fictitious names and numbers with valid check digits. None of them is anybody's."""

from __future__ import annotations

import random
from datetime import date

from stdnum.cn import ric, uscc

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓韩冯曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任"
    "沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤欧阳"
)
GIVEN = (
    "建国志强晓明思远雨欣子涵佳怡浩然文博丽华秀英海燕春梅国庆卫东红梅俊杰雪梅玉兰桂英淑珍志伟建军永刚立"
    "新宏伟慧敏静怡婉清若曦明轩泽宇嘉豪梓萱欣怡诗涵一鸣博文天佑云飞长青向阳"
)
DISTRICTS = (
    "430102",
    "430103",
    "430104",
    "430105",
    "430111",
    "430112",
    "430121",
    "430181",
    "430202",
    "430302",
    "430405",
    "430502",
    "430602",
    "430702",
)


class Names:
    """A seeded source of names and numbers: the same demo on every machine."""

    def __init__(self, seed: int = 118) -> None:
        self.random = random.Random(seed)  # noqa: S311  (fiction, not secrecy)
        self._numbers: set[str] = set()
        self._serial = 0

    def person(self) -> str:
        """A Chinese name of two or three characters."""
        surname = "欧阳" if self.random.random() < 0.01 else self.random.choice(SURNAMES[:-2])
        given = self.random.choice(GIVEN) + (self.random.choice(GIVEN) if self.random.random() < 0.8 else "")
        return surname + given

    def id_number(self, sex: str, born: date) -> str:
        """A number that passes GB 11643 and has not been given out before."""
        while True:
            order = self.random.randrange(1, 500) * 2 - (1 if sex == "男" else 0)
            body = f"{self.random.choice(DISTRICTS)}{born:%Y%m%d}{order:03d}"
            number = body + ric.calc_check_digit(body + "0")  # stdnum wants the place of the check digit
            if number not in self._numbers:
                self._numbers.add(number)
                return number

    def birthday(self, youngest: int = 1996, oldest: int = 1968) -> date:
        """A birthday between two years."""
        return date(self.random.randint(oldest, youngest), self.random.randint(1, 12), self.random.randint(1, 28))

    def phone(self) -> str:
        """A telephone number of a range that is not given to anybody (1000…)."""
        self._serial += 1
        return f"1390000{self._serial:04d}"

    def credit_code(self, lead: str, region: str) -> str:
        """A credit code that passes GB 32100: `lead` such as 12 (institution), 91 (company), 52 (social)."""
        self._serial += 1
        body = f"{lead}{region}DM{self._serial:07d}"[:17]
        return body + uscc.calc_check_digit(body)

    def one(self, choices):  # type: ignore[no-untyped-def]
        """One of several."""
        return self.random.choice(choices)
