"""标准地图: the 省厅配置岗 uploads a map of the province that bears its 审图号; figures then show it instead of 示意图.

A published map is shown as it was approved: nothing of it is simplified here, so a file that is too heavy for a page is
refused. What is read is GeoJSON and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.office.approved_map import ApprovedMap
from models.register.organisation import Region
from workflow.base import roles
from workflow.base.abilities import verb
from workflow.base.errors import NotNow, Refused
from workflow.base.unit_of_work import UnitOfWork

KEEP = verb("approved_map.keep", "维护标准地图", "统计", roles.HRSS_CONFIG)
CLAUSE = "地图管理条例 第十五条、第十七条"
#: What a page can carry: bytes of the file, points of all outlines.
MOST_BYTES, MOST_POINTS = 2 << 20, 20_000
#: The province lies between these longitudes and latitudes.
WEST, EAST, SOUTH, NORTH = 108.0, 115.0, 24.0, 31.0
#: Where a feature tells which 市州 it is.
NAMED = ("name", "NAME", "Name", "fullname", "市州", "名称")
CODED = ("code", "adcode", "CODE", "ADCODE", "行政区划代码")
_NUMBER = re.compile(r"[\u4e00-\u9fa5]{0,2}(GS|[\u4e00-\u9fa5]S)[((（]\d{4}[))）]\d{1,6}号")
Ring = list[list[float]]


def keep(uow: UnitOfWork, *, content: bytes, file_name: str, number: str, source: str) -> ApprovedMap:
    """Show this map from now on.

    Refused, each at its field: a 审图号 that is none, no source, a file that is no GeoJSON of the 14 市州, each
    once and inside the province, or too heavy for a page.
    """
    uow.lead(KEEP, f"只有{KEEP.who}可以维护标准地图。")
    number, source = "".join(number.split()), " ".join(source.split())
    wrong: dict[str, str] = {}
    if not _NUMBER.fullmatch(number) or len(number) > 40:
        wrong["number"] = f"审图号应如“湘S(2023)123号”或“GS(2023)456号”（{CLAUSE}）；请按审核批准书填写。"
    if not source:
        wrong["source"] = "请填写地图来源，如“湖南省标准地图服务系统”。"
    try:
        shapes = read(uow.session, content)
    except Refused as refusal:
        wrong |= refusal.fields
    if wrong:
        raise Refused("".join(wrong.values()), fields=wrong)
    before = shown(uow.session)
    if before is not None:
        before.removed_at = uow.now.replace(microsecond=0)
    kept = ApprovedMap(
        number=number,
        source=source[:120],
        file_name=file_name[:120],
        sha256=hashlib.sha256(content).hexdigest(),
        shapes=shapes,
        kept_at=uow.now.replace(microsecond=0),
        account_id=uow.actor.id,
    )
    uow.session.add(kept)
    uow.session.flush()
    uow.record("keep_map", kept, label="启用标准地图", number=number, source=source, sha256=kept.sha256)
    return kept


def remove(uow: UnitOfWork, kept: ApprovedMap) -> None:
    """Show the schematic outlines again."""
    uow.lead(KEEP, f"只有{KEEP.who}可以维护标准地图。")
    if kept.removed_at is not None:
        raise NotNow("这幅地图已经停用；请刷新后查看。")
    kept.removed_at = uow.now.replace(microsecond=0)
    uow.record("remove_map", kept, label="停用标准地图", number=kept.number)


def shown(session: Session) -> ApprovedMap | None:
    """The map that is shown; None where there is none, and outlines marked 示意图 stand in its place."""
    newest = select(ApprovedMap).where(ApprovedMap.removed_at.is_(None)).order_by(ApprovedMap.id.desc()).limit(1)
    return session.scalar(newest)


# -- reading ---------------------------------------------------------------------------------------------


def read(session: Session, content: bytes) -> dict[str, list[Ring]]:
    """The outlines of the 14 市州 by the four digits of the region; refused at the field `file`."""
    cities = dict(
        session.execute(
            select(func.substr(Region.code, 1, 4), Region.name).where(Region.level == "市州").order_by(Region.code)
        )
        .tuples()
        .all()
    )
    found: dict[str, list[Ring]] = {}
    twice = Counter[str]()
    for feature in _features(content):
        if (code := _city(feature, cities)) is None:
            continue
        twice[code] += 1
        found[code] = list(_rings(feature.get("geometry"), cities[code]))
    missing = [name for code, name in cities.items() if code not in found]
    if missing:
        raise _wrong(f"没有找到{'、'.join(missing)}：14 个市州须各有一个要素，用 name 或 code（adcode）标明。")
    if doubled := [cities[code] for code, times in twice.items() if times > 1]:
        raise _wrong(f"{'、'.join(doubled)}出现不止一次；每个市州只能有一个要素。")
    points = sum(len(ring) for rings in found.values() for ring in rings)
    if points > MOST_POINTS:
        raise _wrong(
            f"边界共 {points:,} 个点，超过 {MOST_POINTS:,} 个，网页不能流畅显示；"
            "请用送审时的简化版本（简化后须重新送审）。"
        )
    return found


def _features(content: bytes) -> list[Mapping[str, Any]]:
    if len(content) > MOST_BYTES:
        raise _wrong(f"文件为 {len(content) / 1048576:.1f} MB，超过 {MOST_BYTES >> 20} MB；请用送审时的简化版本。")
    try:
        told = json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise _wrong("不是 UTF-8 编码的 GeoJSON；请导出为 GeoJSON（WGS84 或 CGCS2000 经纬度）后上传。") from None
    features = told.get("features") if isinstance(told, dict) and told.get("type") == "FeatureCollection" else None
    if not isinstance(features, list) or not all(isinstance(each, dict) for each in features):
        raise _wrong("不是 GeoJSON 的 FeatureCollection；请导出为 GeoJSON 后上传。")
    return features


def _no_number(word: str) -> Any:
    raise ValueError(word)


def _city(feature: Mapping[str, Any], cities: Mapping[str, str]) -> str | None:
    told = feature.get("properties")
    if not isinstance(told, dict):
        return None
    for key in CODED:
        code = str(told.get(key, ""))
        if code[:4] in cities and code[4:] in ("", "00", "00000000"):
            return code[:4]
    names = {str(told.get(key, "")).strip() for key in NAMED}
    return next((code for code, name in cities.items() if name in names), None)


def _rings(geometry: Any, name: str) -> Iterator[Ring]:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    given = geometry.get("coordinates") if kind in ("Polygon", "MultiPolygon") else None
    parts = [given] if kind == "Polygon" else given
    if not isinstance(parts, list) or not parts or not all(isinstance(part, list) and part for part in parts):
        raise _wrong(f"{name}的边界不是面（Polygon 或 MultiPolygon）；请核对文件。")
    for ring in (ring for part in parts for ring in part):
        if not isinstance(ring, list) or len(ring) < 4 or not all(map(_inside, ring)):
            raise _wrong(f"{name}的边界有不在湖南范围内的点，或不成闭合的环；请核对坐标系（须为经纬度）后上传。")
        if ring[0][:2] != ring[-1][:2]:
            raise _wrong(f"{name}的边界没有闭合；请核对文件。")
        yield [[float(point[0]), float(point[1])] for point in ring]


def _inside(point: Any) -> bool:
    if not isinstance(point, list) or len(point) < 2 or not all(type(v) in (int, float) for v in point[:2]):
        return False
    return WEST <= point[0] <= EAST and SOUTH <= point[1] <= NORTH


def _wrong(sentence: str) -> Refused:
    return Refused(sentence, field="file")
