"""Cut the two paper fonts down to what official Chinese papers can contain.

The results lie in reports/fonts/, so this runs only when the fonts themselves are renewed:

    python -m venv /tmp/fonts && /tmp/fonts/bin/pip install pylopdf-fonts-zh-cn==0.1.1
    python tools/subset_fonts.py /tmp/fonts/lib/python3.*/site-packages/pylopdf_fonts_zh_cn

Song (Noto Serif SC) keeps every character of U+4E00–U+9FFF and of the supplementary planes, the
Extension A characters of 通用规范汉字表, and all letters, punctuation and signs. Hei (Noto Sans SC)
keeps everything it has and stands in where Song lacks a character. Hinting, vertical metrics
and layout features other than kerning go: papers are horizontal, and ligatures spoil searching.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

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


def main(folder: Path) -> None:
    cut(folder / "NotoSerifSC-Regular.otf", FONTS / "NotoSerifSC-Regular.otf", in_song)
    cut(folder / "NotoSansSC-Regular.otf", FONTS / "NotoSansSC-Regular.otf", in_hei)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
