"""Cut the two paper fonts down to what official Chinese papers can contain.

The results lie in reports/fonts/, so this runs only when the fonts themselves are renewed:

    python -m venv /tmp/fonts && /tmp/fonts/bin/pip install pylopdf-fonts-zh-cn==0.1.1
    python tools/subset_fonts.py /tmp/fonts/lib/python3.*/site-packages/pylopdf_fonts_zh_cn

Song (Noto Serif SC) keeps every character of U+4E00–U+9FFF and of the supplementary planes, the
Extension A characters of 通用规范汉字表, and all letters, punctuation and signs. Hei (Noto Sans SC)
keeps everything it has and stands in where Song lacks a character. Hinting, vertical metrics
and layout features other than kerning go: papers are horizontal, and ligatures spoil searching.

HanaMinB (Debian: `apt-get download fonts-hanazono`) keeps the Han of extensions B to F, without hints and
names of glyphs, packed by xz: 30.6 MB are 12.8. reports/rare.py unpacks it when a name needs it.

    python tools/subset_fonts.py FOLDER /usr/share/fonts/truetype/hanazono/HanaMinB.ttf
"""

import lzma
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

sys.path.insert(0, str(Path(__file__).parent.parent))
from reports.rare import HELD, NAME

FONTS = Path(__file__).parent.parent / "reports" / "fonts"

# The 77 characters of 通用规范汉字表 (2013) that live in CJK Extension A.
STANDARD_EXTENSION_A = (
    "㑇㑊㕮㘎㙍㙘㙦㛃㛚㛹㟃㠇㠓㤘㥄㧐㧑㧟㫰㬊㬎㬚㭎㭕㮾㰀㳇㳘㳚㴔㵐㶲㸆㸌㺄㻬㽏㿠"
    "䁖䂮䃅䃎䅟䌹䎃䎖䏝䏡䏲䐃䓖䓛䓨䓫䓬䗖䗛䗪䗴䜣䝙䢺䢼䣘䥽䦃䲟䲠䲢䴓䴔䴕䴖䴗䴘䴙䶮"
)


def in_song(code: int) -> bool:
    return not 0x3400 <= code <= 0x4DBF or chr(code) in STANDARD_EXTENSION_A


def in_hei(code: int) -> bool:
    return True


def cut(source: Path, target: Path, kept) -> None:
    options = subset.Options(
        layout_features=["kern"],
        hinting=False,
        notdef_outline=True,
        recalc_timestamp=False,  # the same source gives the same file
    )
    options.drop_tables += ["BASE", "DSIG", "VORG", "vhea", "vmtx"]
    font = subset.load_font(source, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for code in font.getBestCmap() if kept(code)])
    subsetter.subset(font)
    subset.save_font(font, target, options)
    print(f"{target.name}: {len(TTFont(target).getBestCmap())} characters, {target.stat().st_size / 1e6:.1f} MB")


def cut_rare(source: Path) -> None:
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True, recalc_timestamp=False)
    options.drop_tables += ["BASE", "DSIG", "VORG", "vhea", "vmtx", "GSUB", "GPOS"]
    font = subset.load_font(source, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in HELD for code in range(first, last + 1)])
    subsetter.subset(font)
    target = FONTS / NAME
    subset.save_font(font, target, options)
    packed = lzma.compress(target.read_bytes(), preset=9 | lzma.PRESET_EXTREME)
    (FONTS / f"{NAME}.xz").write_bytes(packed)
    target.unlink()
    print(f"{NAME}.xz: {len(packed) / 1e6:.1f} MB")


def main(folder: Path) -> None:
    cut(folder / "NotoSerifSC-Regular.otf", FONTS / "NotoSerifSC-Regular.otf", in_song)
    cut(folder / "NotoSansSC-Regular.otf", FONTS / "NotoSansSC-Regular.otf", in_hei)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
    if len(sys.argv) > 2:
        cut_rare(Path(sys.argv[2]))
