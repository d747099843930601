"""Files that people, Excel and enemies hand in; every one is made here, none lies in the repository."""

from __future__ import annotations

import io
import random
import struct
import zipfile

import openpyxl

HEADINGS = ("单位名称", "统一信用代码", "行政区划", "成立日期", "备注")
GOOD = (
    ("湖南大学", "12430000444877999X", "长沙市", "1926-02-01", ""),
    ("湘雅医院", "12430000444877998A", "长沙市", "1906-01-01", ""),
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(*rows, then=lambda _book: None, title="单位"):
    """The bytes of an .xlsx with those rows; without rows, with the good ones."""
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows or (HEADINGS, *GOOD):
        book.active.append(row)
    then(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def text_file(encoding, delimiter=","):
    """The good rows as a .csv."""
    return "\r\n".join(delimiter.join(row) for row in (HEADINGS, *GOOD)).encode(encoding)


def archive(parts, method=zipfile.ZIP_DEFLATED):
    """A zip of {name: text}."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as out:
        for name, text in parts.items():
            out.writestr(name, text)
    return target.getvalue()


def raw_workbook(sheet, **more):
    """An .xlsx whose only sheet is that XML, with other parts as given."""
    relationships = "http://schemas.openxmlformats.org/package/2006/relationships"
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    return archive(
        {
            "[Content_Types].xml": f'<?xml version="1.0"?><Types xmlns="{types}"/>',
            "_rels/.rels": f'<?xml version="1.0"?><Relationships xmlns="{relationships}">'
            f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<?xml version="1.0"?><workbook xmlns="{_MAIN}" '
            f'xmlns:r="{_REL}"><sheets><sheet name="S" '
            'sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<?xml version="1.0"?><Relationships xmlns="{relationships}">'
            f'<Relationship Id="rId1" Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": sheet,
            **{name.replace("__", "/").replace("_xml", ".xml"): text for name, text in more.items()},
        }
    )


def cells(rows):
    """The XML of a sheet from {row: {column letters: XML inside the cell}}."""
    body = "".join(
        f'<row r="{row}">' + "".join(f'<c r="{column}{row}" {inner}</c>' for column, inner in line.items()) + "</row>"
        for row, line in rows.items()
    )
    return f'<?xml version="1.0"?><worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'


def said(text):
    """The inside of a cell with that text."""
    return f't="inlineStr"><is><t>{text}</t></is>'


HEAD = {1: dict(zip("ABCDE", map(said, HEADINGS), strict=True)), 2: dict(zip("ABCDE", map(said, GOOD[0]), strict=True))}


# --- the old format ---------------------------------------------------------------------------------------


def record(kind, body=b""):
    return struct.pack("<HH", kind, len(body)) + body


def label(row, column, text):
    return record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))


def number(row, column, value):
    return record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def formula(row, column, value):
    return record(0x0006, struct.pack("<HHHdHIH", row, column, 0, value, 0, 0, 3) + b"\x1e\x01\x00")


def error(row, column, code=42):
    return record(0x0205, struct.pack("<HHHBB", row, column, 0, code, 1))


def merged(*ranges):
    return record(0x00E5, struct.pack("<H", len(ranges)) + b"".join(struct.pack("<4H", *it) for it in ranges))


def compound(stream, name="Workbook"):
    """An OLE file with that one stream."""
    stream = stream.ljust(4096, b"\0")
    data = -(-len(stream) // 512)
    fats = -(-(data + 1) // 127)
    entry = name.encode("utf-16-le")

    def folder(label, kind, start, size, child=-1):
        return (
            label.ljust(64, b"\0")
            + struct.pack("<HBBiii", len(label) + 2, kind, 1, -1, -1, child)
            + bytes(36)
            + struct.pack("<iII", start, size, 0)
        )

    chain = [*range(1, data), -2, -2, *[-3] * fats]
    fat = struct.pack(f"<{len(chain)}i", *chain).ljust(fats * 512, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIiIiI", 0, fats, data, 0, 4096, -2, 0, -2, 0)
    head += struct.pack(f"<{fats}i", *range(data + 1, data + 1 + fats)).ljust(436, b"\xff")
    root = folder("Root Entry".encode("utf-16-le"), 5, -2, 0, 1) + folder(entry, 2, 0, len(stream)) + bytes(256)
    return head + stream.ljust(data * 512, b"\0") + root + fat


def old_workbook(*records, globals_=b"", hidden=0):
    """An .xls (BIFF8) whose sheet consists of those records; without any, of the good rows."""
    if not records:
        records = [label(r, c, text) for r, row in enumerate((HEADINGS, *GOOD)) for c, text in enumerate(row) if text]
    start = record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0)) + globals_
    name = struct.pack("<BBBB", hidden, 0, 2, 1) + "单位".encode("utf-16-le")
    at = len(start) + 4 + 4 + len(name) + 4
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0)) + b"".join(records) + record(0x0A)
    return compound(start + record(0x0085, struct.pack("<I", at) + name) + record(0x0A) + sheet)


def old_head():
    return [label(r, c, text) for r, row in enumerate((HEADINGS, GOOD[0])) for c, text in enumerate(row) if text]


# --- enemies ----------------------------------------------------------------------------------------------


def bomb():
    """A megabyte that says it becomes a gigabyte... of one cell."""
    return raw_workbook(cells({**HEAD, 3: {"A": said("a" * (20 << 20))}}))


def lying_bomb():
    """The same, but its central directory speaks of a small sheet."""
    data = bytearray(bomb())
    at = data.rfind(b"PK\x01\x02", 0, data.rfind(b"xl/worksheets/sheet1.xml"))
    data[at + 24 : at + 28] = struct.pack("<I", 90 << 10)
    return bytes(data)


def lying_strings():
    """Shared strings that unpack to a hundred times what is declared."""
    data = bytearray(
        raw_workbook(
            cells(HEAD),
            xl__sharedStrings_xml=f'<sst xmlns="{_MAIN}">' + "<si><t>一二三四</t></si>" * 2_000_000 + "</sst>",
        )
    )
    at = data.rfind(b"PK\x01\x02", 0, data.rfind(b"xl/sharedStrings.xml"))
    data[at + 24 : at + 28] = struct.pack("<I", 90 << 10)
    return bytes(data)


def echo():
    """One long text that fifty thousand cells refer to: small in the file, gigabytes once it is laid out."""
    rows = {row: {"A": 't="s"><v>0</v>'} for row in range(3, 50_003)}
    text = "".join(map(chr, random.Random(2).choices(range(0x4E00, 0x9FFF), k=32_000)))
    return raw_workbook(
        cells({**HEAD, **rows}), xl__sharedStrings_xml=f'<sst xmlns="{_MAIN}"><si><t>{text}</t></si></sst>'
    )


def long_numbers():
    """A hundred and fifty megabytes of cells that nobody would call repetitive."""
    chance = random.Random(3)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    lines = ["".join(f'<c r="{c}@"><v>{chance.randrange(10**6)}</v></c>' for c in letters) for _ in range(20)]
    rows = "".join(f'<row r="{n}">{lines[n % 20].replace("@", str(n))}</row>' for n in range(2, 160_000))
    return raw_workbook(cells(HEAD).replace("</sheetData>", rows + "</sheetData>"))


def wide(columns, rows=2):
    """A sheet with so many columns."""
    names = [openpyxl.utils.get_column_letter(n) for n in range(1, columns + 1)]
    return raw_workbook(cells({row: dict.fromkeys(names, "><v>1</v>") for row in range(1, rows + 1)}))


def declared(size):
    """A workbook whose directory promises more bytes than anybody wants."""
    data = bytearray(workbook())
    at = data.find(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(data)


def entity():
    return raw_workbook(
        cells(HEAD),
        xl__styles_xml='<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;&a;">]><styleSheet/>',
    )


def secret():
    """An archive whose entries are encrypted."""
    data = bytearray(workbook())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


def hide_all(book):
    book.active.sheet_state = "hidden"
    book.create_chartsheet("图")


def merge(book):
    book.active.merge_cells("C2:C3")


def calculate(book):
    book.active["C2"] = '=A2&"市"'
    book.active["C3"] = "=1+1"


def twins():
    """Two entries of one name: whoever checks the first reads the second."""
    target = io.BytesIO(workbook())
    with zipfile.ZipFile(target, "a") as out:
        out.writestr("XL/worksheets/sheet1.xml", "<worksheet/>")
    return target.getvalue()


def mutated(seed):
    """A good file of any kind with some bytes changed, lost or doubled."""
    chance = random.Random(seed)
    kind = chance.choice(("xlsx", "xlsx", "xls", "csv"))
    data = bytearray({"xlsx": workbook, "xls": old_workbook, "csv": lambda: text_file("gb18030")}[kind]())
    if kind == "xlsx" and chance.random() < 0.5:  # through the compression, into the XML
        with zipfile.ZipFile(io.BytesIO(bytes(data))) as opened:
            parts = {name: opened.read(name) for name in opened.namelist()}
        name = chance.choice(sorted(parts))
        parts[name] = bytes(_damaged(bytearray(parts[name]), chance))
        return kind, archive(parts)
    return kind, bytes(_damaged(data, chance))


def _damaged(data, chance):
    for _ in range(chance.randint(1, 12)):
        if not data:
            break
        at = chance.randrange(len(data))
        deed = chance.randrange(4)
        if deed == 0:
            data[at] = chance.randrange(256)
        elif deed == 1:
            del data[at : at + chance.randint(1, 64)]
        elif deed == 2:
            data[at:at] = data[at : at + chance.randint(1, 64)]
        else:
            data[at : at + 4] = chance.randbytes(4)
    return data


#: name of the file -> (how it is made, a word of the sentence that its sender reads)
REFUSED = {
    "空.xlsx": (lambda: b"", "空的"),
    "论文.pdf": (lambda: b"%PDF-1.7", "只接受"),
    "没有后缀": (workbook, "只接受"),
    "过大.xlsx": (lambda: b"PK\x03\x04" + bytes(21 << 20), "20 MB"),
    "文档.xlsx": (
        lambda: archive({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}),
        "不是 Excel 工作簿",
    ),
    "二进制.xlsx": (lambda: archive({"xl/workbook.bin": b"x"}), ".xlsb"),
    "网页.xls": (lambda: "<html><table><tr><td>单位名称".encode(), "网页"),
    "改名.xls": (workbook, "与扩展名 .xls 不符"),
    "改名.csv": (workbook, "与扩展名 .csv 不符"),
    "改名.xlsx": (lambda: text_file("utf-8"), "与扩展名 .xlsx 不符"),
    "旧版改名.xlsx": (old_workbook, "与扩展名 .xlsx 不符"),
    "加密.xlsx": (lambda: compound(b"x" * 5000, "EncryptedPackage"), "密码"),
    "加密.xls": (lambda: compound(b"x" * 5000, "EncryptedPackage"), "密码"),
    "记录加密.xls": (lambda: old_workbook(globals_=record(0x2F, bytes(54))), "密码"),
    "压缩加密.xlsx": (secret, "密码"),
    "截断.xlsx": (lambda: workbook()[:-900], "损坏"),
    "只有一半.xlsx": (lambda: workbook()[:2000], "损坏"),
    "截断.xls": (lambda: old_workbook()[:1200], "损坏"),
    "乱码.xls": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(1).randbytes(4000), "损坏"),
    "Word.xls": (lambda: compound(b"x" * 5000, "WordDocument"), "不是 Excel 工作簿"),
    "压缩炸弹.xlsx": (bomb, "压缩比"),
    "说谎的炸弹.xlsx": (lying_bomb, "上限|损坏"),
    "说谎的字符串.xlsx": (lying_strings, "上限|损坏"),
    "声称很大.xlsx": (lambda: declared(900 << 20), "MB，上限 200 MB"),
    "部件太多.xlsx": (lambda: archive({f"xl/{n}.xml": "<a/>" for n in range(2_100)}), "2,100 个部件"),
    "实体.xlsx": (entity, "实体"),
    "双份.xlsx": (twins, "损坏"),
    "回声.xlsx": (echo, "上限"),
    "很多数字.xlsx": (long_numbers, "上限"),
    "16000列.xlsx": (lambda: wide(16_000), "16,000 列"),
    "最远的格.xlsx": (lambda: raw_workbook(cells({**HEAD, 1_048_576: {"XFD": "><v>1</v>"}})), "上限"),
    "最远的格.xls": (lambda: old_workbook(*old_head(), number(65_535, 255, 1.0)), "上限"),
    "合并单元格.xlsx": (lambda: workbook(then=merge), "C2:C3"),
    "合并单元格.xls": (lambda: old_workbook(*old_head(), merged((1, 2, 0, 0))), "A2:A3"),
    "只有隐藏表.xlsx": (lambda: workbook(then=hide_all), "隐藏"),
    "只有隐藏表.xls": (lambda: old_workbook(hidden=1), "隐藏"),
    "公式.xlsx": (lambda: workbook(then=calculate), "C2 等 2 个单元格是公式"),
    "公式.xls": (lambda: old_workbook(*old_head(), formula(1, 2, 3.0)), "C2 单元格是公式"),
    "模板不对.xlsx": (lambda: workbook(("姓名", "电话"), ("张三", "0731")), "“姓名”"),
    "表头重复.xlsx": (lambda: workbook((*HEADINGS, "单位名称 *"), (*GOOD[0], "乙")), "出现了 2 次（A、F 列）"),
    "没有数据.xlsx": (lambda: workbook(HEADINGS), "没有数据"),
    "空表.xlsx": (lambda: workbook((None,)), "没有任何内容"),
    "行太多.csv": (lambda: text_file("utf-8") + "\r\n甲,乙".encode() * 120_000, "120,000 行"),
    "列太多.csv": (lambda: text_file("utf-8") + b"\r\n" + b"1," * 16_000 + b"1", "16,001 列"),
    "空字节.csv": (lambda: text_file("utf-8") + b"\0\0", "UTF-8"),
    "Unicode文本.csv": (lambda: text_file("utf-16"), "UTF-8"),
    "别的编码.csv": (lambda: b"\xff\xfa\x81\x20" * 9, "编码"),
    "一行到底.csv": (lambda: text_file("utf-8") + b"\r\n" + b"x" * (19 << 20), "32,767"),
    "引号不成对.csv": (lambda: text_file("utf-8") + '\r\n"湖南,1'.encode() + b"\r\na,b" * 50, "引号"),
}
