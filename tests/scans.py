"""Sheets as an office gets them back: drawn from a print, turned, blurred, noisy, pressed into a JPEG; and altered."""

from __future__ import annotations

import io
import random

import numpy as np
import pypdfium2
from PIL import Image, ImageDraw, ImageFilter

from workflow.storage import sheet

DPI = 300


def drawn(pdf, number, dpi=DPI):
    """A page of a print."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[number - 1].render(scale=dpi / 72, rev_byteorder=True).to_pil().convert("RGB")
    finally:
        document.close()


def scanned(page, seed, *, upside_down=False, **fixed):
    """That page through a scanner or a telephone: 150 to 300 dpi, 3° askew, blurred, dark, JPEG 50 to 90."""
    chance = random.Random(seed)
    how = {
        "dpi": chance.choice([150, 200, 240, 300]),
        "angle": chance.uniform(-3, 3),
        "blur": chance.uniform(0, 1.2),
        "noise": chance.uniform(0, 12),
        "quality": chance.randint(50, 90),
        "light": chance.uniform(0.75, 1.1),
    } | fixed
    size = (page.width * how["dpi"] // DPI, page.height * how["dpi"] // DPI)
    seen = page.resize(size, Image.Resampling.LANCZOS)
    turn = how["angle"] + (180 if upside_down else 0)
    seen = seen.rotate(turn, Image.Resampling.BICUBIC, expand=True, fillcolor=(250, 250, 250))
    seen = seen.filter(ImageFilter.GaussianBlur(how["blur"] * how["dpi"] / 200))
    noise = np.random.default_rng(seed).normal(0, how["noise"], (seen.height, seen.width, 1))
    shown = np.clip(np.asarray(seen, np.float32) * how["light"] + noise, 0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(shown).save(out, "JPEG", quality=how["quality"])
    return out.getvalue()


def opened(data):
    return Image.open(io.BytesIO(data)).convert("RGB")


def letters(pdf, number):
    """Every character of a page with its box, in dots of `drawn`."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        found = sheet.characters_of(document[number - 1])
    finally:
        document.close()
    return [(word, tuple(round(side * DPI / sheet.DPI) for side in box)) for word, box in found]


def with_another_figure(pdf, number, seed):
    """The page with one printed figure replaced by another of the same hand: (picture, what was printed, its box)."""
    chance, page = random.Random(seed), drawn(pdf, number)
    figures = [
        (w, b) for w, b in letters(pdf, number) if w.isdigit() and b[3] - b[1] >= 27 and b[1] < 3000 and b[1] > 250
    ]
    while True:
        was, box = chance.choice(figures)
        like = [b for w, b in figures if w != was and abs((b[3] - b[1]) - (box[3] - box[1])) <= 1]
        if like:
            break
    other = page.crop(chance.choice(like))
    ImageDraw.Draw(page).rectangle((box[0] - 1, box[1] - 1, box[2] + 1, box[3] + 1), fill="white")
    page.paste(other, box[:2])
    return page, was, box


def pdf_of(pages):
    """Scanned pages as one PDF."""
    pictures = [Image.open(io.BytesIO(page)) for page in pages]
    out = io.BytesIO()
    pictures[0].save(out, "PDF", save_all=True, append_images=pictures[1:], resolution=200)
    return out.getvalue()
