"""A document as a picture: drawn, sealed in red over its words, then scanned or photographed well or badly."""

from __future__ import annotations

import io
import math
import random
from typing import Any

import numpy as np
import typst
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

SERIF, SANS = "Noto Serif CJK SC", "Noto Sans CJK SC"
SEAL_FONT = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc"
A4 = (595.3, 841.9)
DPI = 200
WAYS = (
    "clean", "skew", "blur", "shadow", "jpeg", "phone",
    "phone_bad", "dark", "turned", "upside_down", "small", "bilevel",
)  # fmt: skip


def drawn(body: str, *, wide: bool = False, card: bool = False, font: str = SERIF, size: float = 14) -> Image.Image:
    """One page of typst as a picture; `wide` lies on its side, `card` is a small card."""
    width, height = (242.6, 153.0) if card else (A4[1], A4[0]) if wide else A4
    margin = 12 if card else 60 if wide else 48
    source = (
        f'#set page(width:{width}pt,height:{height}pt,margin:{margin}pt,fill:rgb("fffdf6"))\n'
        f'#set text(font:("{font}","{SERIF}"),size:{size}pt,lang:"zh")\n{body}'
    )
    made: Any = typst.compile(source.encode(), format="png", ppi=450 if card else DPI)
    return Image.open(io.BytesIO(made[0] if isinstance(made, list) else made)).convert("RGB")


def sealed(page: Image.Image, words: str, chance: random.Random, at: tuple[float, float]) -> Image.Image:
    """A round red seal, half through, at that place of the page."""
    radius = 150
    side = 2 * radius + 20
    stamp = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen, red, middle = ImageDraw.Draw(stamp), (215, 30, 30, 190), side // 2
    pen.ellipse((8, 8, side - 8, side - 8), outline=red, width=7)
    star = []
    for corner in range(10):
        angle, reach = -math.pi / 2 + corner * math.pi / 5, radius * (0.3 if corner % 2 == 0 else 0.115)
        star.append((middle + reach * math.cos(angle), middle + reach * math.sin(angle)))
    pen.polygon(star, fill=red)
    points = max(16, int(min(radius * 0.27, radius * 4.1 / len(words))))
    font = ImageFont.truetype(SEAL_FONT, points, index=2)
    span = math.radians(min(280, 22 * len(words) + 40))
    for place, sign in enumerate(words):
        angle = -math.pi / 2 - span / 2 + span * (place + 0.5) / len(words)
        letter = Image.new("RGBA", (points * 2, points * 2), (0, 0, 0, 0))
        ImageDraw.Draw(letter).text((points, points), sign, font=font, fill=red, anchor="mm")
        letter = letter.rotate(-math.degrees(angle) - 90, resample=Image.Resampling.BICUBIC)
        x, y = middle + radius * 0.78 * math.cos(angle) - points, middle + radius * 0.78 * math.sin(angle) - points
        stamp.alpha_composite(letter, (int(x), int(y)))
    stamp = stamp.rotate(chance.uniform(-12, 12), resample=Image.Resampling.BICUBIC)
    left = min(max(int(page.width * at[0] - side / 2), 0), page.width - side)
    top = min(max(int(page.height * at[1] - side / 2), 0), page.height - side)
    ground = np.asarray(page).astype(float)
    ink = np.asarray(stamp).astype(float)
    cover, under = ink[..., 3:] / 255, ground[top : top + side, left : left + side]
    ground[top : top + side, left : left + side] = under * (1 - cover) + cover * np.minimum(
        under, ink[..., :3] * 0.6 + under * 0.4
    )
    return Image.fromarray(ground.clip(0, 255).astype(np.uint8))


def photographed(page: Image.Image, way: str, seed: int) -> bytes:
    """The page as a JPEG, scanned or photographed in that way."""
    noise = np.random.default_rng(seed)
    shown, quality = _WAYS[way](page, noise)
    out = io.BytesIO()
    shown.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def _grainy(page: Image.Image, noise: Any, much: float, light: float = 1.0) -> Image.Image:
    grain = noise.standard_normal((page.height, page.width, 1), dtype=np.float32) * much
    return Image.fromarray((np.asarray(page, np.float32) * light + grain).clip(0, 255).astype(np.uint8))


def _desk(page: Image.Image, noise: Any, slant: float, light: float = 1.0) -> Image.Image:
    """Photographed on a desk: in perspective, with light from one side."""
    wide, high = (3000, 4000) if page.height >= page.width else (4000, 3000)
    scale = min(wide * 0.86 / page.width, high * 0.86 / page.height)
    w, h = page.width * scale, page.height * scale
    x, y = (wide - w) / 2, (high - h) / 2
    off = lambda side: float(noise.uniform(0, side)) * slant  # noqa: E731
    corners = [
        (x + off(w), y + off(h)), (x + w - off(w), y + off(h) / 2),
        (x + w - off(w) * 0.4, y + h - off(h) / 2), (x + off(w) / 2, y + h - off(h)),
    ]  # fmt: skip
    coefficients = _perspective(corners, [(0, 0), (page.width, 0), (page.width, page.height), (0, page.height)])
    laid = page.convert("RGBA").transform(
        (wide, high), Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC
    )
    ground = Image.new("RGBA", (wide, high), (118, 96, 74, 255))
    ground.alpha_composite(laid)
    rows, columns = np.ogrid[0:high, 0:wide]
    glow = (1 - 0.35 * ((columns / wide - 0.3) ** 2 + (rows / high - 0.4) ** 2)) * light
    lit = np.asarray(ground.convert("RGB"), np.float32) * glow[..., None].astype(np.float32)
    return Image.fromarray(lit.clip(0, 255).astype(np.uint8))


def _perspective(seen: list[tuple[float, float]], flat: list[tuple[float, float]]) -> list[float]:
    rows = []
    for (x, y), (u, v) in zip(seen, flat, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    return [float(c) for c in np.linalg.solve(np.array(rows), np.array(flat).reshape(8))]


def _shadow(page: Image.Image, noise: Any) -> Image.Image:
    rows, columns = np.mgrid[0 : page.height, 0 : page.width]
    edge = (columns / page.width - 0.55) * math.cos(0.5) + (rows / page.height - 0.4) * math.sin(0.5)
    shade = 0.38 + 0.6 / (1 + np.exp(-edge * 22))
    lit = np.asarray(page, np.float32) * shade[..., None] + noise.normal(0, 4, (page.height, page.width, 1))
    return Image.fromarray(lit.clip(0, 255).astype(np.uint8))


def _smaller(page: Image.Image, factor: float) -> Image.Image:
    return page.resize((int(page.width * factor), int(page.height * factor)), Image.Resampling.BOX)


def _blurred(page: Image.Image, radius: float) -> Image.Image:
    return page.filter(ImageFilter.GaussianBlur(radius))


def _askew(page: Image.Image, noise: Any) -> Image.Image:
    angle = float(noise.uniform(-3, 3))
    return _grainy(page.rotate(angle, Image.Resampling.BICUBIC, fillcolor=(225, 225, 225)), noise, 5)


def _bilevel(page: Image.Image, noise: Any) -> Image.Image:
    return _grainy(page.convert("L").convert("RGB"), noise, 14).convert("L").point(lambda v: 255 * (v > 165))


_WAYS: dict[str, Any] = {
    "clean": lambda page, noise: (page, 90),
    "skew": lambda page, noise: (_askew(page, noise), 88),
    "blur": lambda page, noise: (_blurred(page, 2.2), 90),
    "shadow": lambda page, noise: (_shadow(page, noise), 90),
    "jpeg": lambda page, noise: (_smaller(page, 0.75), 14),
    "phone": lambda page, noise: (_grainy(_desk(page, noise, 0.07), noise, 3), 82),
    "phone_bad": lambda page, noise: (_blurred(_desk(page, noise, 0.16, 0.85), 3.2), 70),
    "dark": lambda page, noise: (_grainy(_blurred(_desk(page, noise, 0.05, 0.27), 1.8), noise, 8), 80),
    "turned": lambda page, noise: (page.transpose(Image.Transpose.ROTATE_90), 90),
    "upside_down": lambda page, noise: (page.transpose(Image.Transpose.ROTATE_180), 90),
    "small": lambda page, noise: (ImageEnhance.Contrast(_smaller(page, 0.42)).enhance(0.9), 70),
    "bilevel": lambda page, noise: (_bilevel(page, noise), 90),
}
