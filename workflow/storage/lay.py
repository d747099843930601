"""Lay a scanned sheet upon the page it was printed from: first by the corners of its code, then by patches of its text.

Arithmetic alone, for the process of `workflow.storage.sheet`; nothing of the product is imported here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image, ImageFilter

Array = Any


def ink_of(picture: Image.Image) -> Array:
    """How dark each dot is against the paper around it, 0 to 1; the red channel, in which a seal is white."""
    red = picture.getchannel("R") if picture.mode == "RGB" else picture.convert("L")
    small = red.reduce(8).filter(ImageFilter.MaxFilter(7)).filter(ImageFilter.GaussianBlur(6))
    paper = np.asarray(small.resize(red.size, Image.Resampling.BILINEAR), np.float32)
    return np.clip(1 - np.asarray(red, np.float32) / np.maximum(paper, 40), 0, 1)


def fitted(here: Array, there: Array, weights: Array | None = None, *, full: bool = True) -> Array:
    """The 3 × 3 map that leads points `here` to points `there` by least squares: a projection, or an affine one."""
    x, y = here[:, 0], here[:, 1]
    one, nil = np.ones_like(x), np.zeros_like(x)
    rows_u, rows_v = [x, y, one, nil, nil, nil], [nil, nil, nil, x, y, one]
    if full:
        rows_u += [-x * there[:, 0], -y * there[:, 0]]
        rows_v += [-x * there[:, 1], -y * there[:, 1]]
    left = np.concatenate([np.stack(rows_u, 1), np.stack(rows_v, 1)])
    right = np.concatenate([there[:, 0], there[:, 1]])
    if weights is not None:
        w = np.concatenate([weights, weights])
        left, right = left * w[:, None], right * w
    scale = np.maximum(np.abs(left).max(0), 1e-9)
    found = np.linalg.lstsq(left / scale, right, rcond=None)[0] / scale
    return np.append(found, [1.0] if full else [0.0, 0.0, 1.0]).reshape(3, 3)


def similar(here: Array, there: Array) -> Array:
    """The turn, size and place that lead the corners of one code to those of another."""
    a, b = here[:, 0] + 1j * here[:, 1], there[:, 0] + 1j * there[:, 1]
    turn = np.vdot(a - a.mean(), b - b.mean()) / np.vdot(a - a.mean(), a - a.mean())
    at = b.mean() - turn * a.mean()
    return np.array([[turn.real, -turn.imag, at.real], [turn.imag, turn.real, at.imag], [0, 0, 1.0]])


def moved(lead: Array, points: Array) -> Array:
    """Points under a 3 × 3 map."""
    told = np.column_stack([points, np.ones(len(points))]) @ lead.T
    return told[:, :2] / told[:, 2:]


def drawn_as(picture: Image.Image, lead: Array, size: tuple[int, int]) -> Image.Image:
    """The sheet as it lies on the print: dot (x, y) of the print is dot lead(x, y) of the picture."""
    told = (lead / lead[2, 2]).ravel()[:8]
    return picture.transform(size, Image.Transform.PERSPECTIVE, list(told), Image.Resampling.BICUBIC, fillcolor=0)


def shifts(print_ink: Array, sheet_ink: Array, side: int, reach: int, most: int = 60) -> tuple[Array, Array, Array]:
    """Patch by patch: where it lies, how far the sheet has it elsewhere, and how much it looks like it (0 to 1)."""
    high, wide = print_ink.shape
    step, at = side // 2, []
    for top in range(reach, high - side - reach, step):
        for left in range(reach, wide - side - reach, step):
            if print_ink[top : top + side, left : left + side].mean() > 0.015:
                at.append((top, left))
    if not at:
        return np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0)
    at = sorted(at, key=lambda one: (one[0] * 7919 + one[1] * 104729) % 1009)[: 2 * most]  # from everywhere
    around = side + 2 * reach
    mine = np.stack([print_ink[t : t + side, x : x + side] for t, x in at])
    mine = mine - mine.mean((1, 2), keepdims=True)
    theirs = np.stack([sheet_ink[t - reach : t + side + reach, x - reach : x + side + reach] for t, x in at])
    turned = np.fft.rfft2(theirs) * np.conj(np.fft.rfft2(mine, (around, around)))
    like = np.fft.irfft2(turned, (around, around))[:, : 2 * reach + 1, : 2 * reach + 1]
    mass, square = _windows(theirs, side), _windows(theirs**2, side)
    spread = np.sqrt(np.maximum(square - mass**2 / side**2, 1e-6)) * np.sqrt((mine**2).sum((1, 2)))[:, None, None]
    like = like / np.maximum(spread, 1e-6)
    flat = like.reshape(len(at), -1)
    best = flat.argmax(1)
    row, col = best // (2 * reach + 1), best % (2 * reach + 1)
    off = np.stack([col + _peak(like, row, col, 0), row + _peak(like, row, col, 1)], 1) - reach
    middle = np.array([(x + side / 2, t + side / 2) for t, x in at])
    sure = np.flatnonzero(distinct(like, row, col))[:most]
    return middle[sure], off[sure], flat.max(1)[sure]


def distinct(like: Array, row: Array, col: Array) -> Array:
    """Which patches lie nowhere else nearly as well: a rule of a table lies everywhere along itself."""
    last, n = like.shape[1] - 1, np.arange(len(row))
    far, sure = min(6, max(last // 2 - 1, 2)), (row > 0) & (col > 0) & (row < last) & (col < last)
    for down, aside in ((0, far), (0, -far), (far, 0), (-far, 0)):
        there = like[n, np.clip(row + down, 0, last), np.clip(col + aside, 0, last)]
        inside = (row + down >= 0) & (row + down <= last) & (col + aside >= 0) & (col + aside <= last)
        sure &= ~inside | (like[n, row, col] - there > 0.12)
    return sure


def _windows(stack: Array, side: int) -> Array:
    sums = np.pad(stack, ((0, 0), (1, 0), (1, 0))).cumsum(1).cumsum(2)
    return sums[:, side:, side:] - sums[:, :-side, side:] - sums[:, side:, :-side] + sums[:, :-side, :-side]


def _peak(like: Array, row: Array, col: Array, axis: int) -> Array:
    """How far beside the highest dot the peak lies, by a parabola."""
    last, n = like.shape[1] - 1, np.arange(len(row))
    if axis == 0:
        before, after = like[n, row, np.maximum(col - 1, 0)], like[n, row, np.minimum(col + 1, last)]
    else:
        before, after = like[n, np.maximum(row - 1, 0), col], like[n, np.minimum(row + 1, last), col]
    bend = before - 2 * like[n, row, col] + after
    return np.clip(np.where(bend < -1e-9, 0.5 * (before - after) / np.minimum(bend, -1e-9), 0), -0.5, 0.5)


def laid(picture: Image.Image, lead: Array, print_ink: Array) -> tuple[Array, Array, float]:
    """The map made fine by the text of the page: the map, the sheet's ink as it lies then, and how alike they are."""
    size, alike = (print_ink.shape[1], print_ink.shape[0]), 0.0
    picture, lead = sized(picture, lead)
    whole = Image.fromarray((ink_of(picture) * 255).astype(np.uint8))
    coarse = ink_blurred(print_ink, 1.2)
    for side, reach, most in ((160, 40, 24), (128, 20, 30), (96, 8, 50), (96, 6, 50)):
        sheet_ink = np.asarray(drawn_as(whole, lead, size), np.float32) / 255
        middle, off, like = shifts(coarse, sheet_ink, side, reach, most)
        good = like > max(0.3, np.quantile(like, 0.3) if len(like) else 0)
        alike = float(np.median(like)) if len(like) else 0.0
        if good.sum() < 4:
            continue
        here, there = middle[good], moved(lead, middle[good] + off[good])
        weights = like[good]
        for _ in range(6):  # what does not follow the others counts less and less
            new = fitted(here, there, weights, full=good.sum() >= 12)
            away = np.linalg.norm(moved(new, here) - there, axis=1)
            weights = like[good] / (1 + (away / max(np.median(away) * 2, 0.5)) ** 2)
        lead = new
    return lead, np.asarray(drawn_as(whole, lead, size), np.float32) / 255, alike


def sized(picture: Image.Image, lead: Array) -> tuple[Image.Image, Array]:
    """A picture of more dots than the print is made smaller first, so that no dot of it is passed over."""
    corners = moved(lead, np.array([[0.0, 0], [1000, 0]]))
    larger = float(np.linalg.norm(corners[1] - corners[0])) / 1000
    if larger <= 1.05:
        return picture, lead
    size = (max(round(picture.width / larger), 1), max(round(picture.height / larger), 1))
    shrunk = np.diag([size[0] / picture.width, size[1] / picture.height, 1.0])
    return picture.resize(size, Image.Resampling.BOX), shrunk @ lead


def ink_blurred(ink: Array, by: float) -> Array:
    """As if seen through a poor lens."""
    if by <= 0:
        return ink
    shown = Image.fromarray((ink * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(by))
    return np.asarray(shown, np.float32) / 255
