"""Photos as a telephone takes them."""

from __future__ import annotations

import io

from PIL import Image


def photo(colour="white", size=(300, 400), kind="JPEG", **more):
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **more)
    return out.getvalue()


def sideways(colour="white", size=(400, 300)):
    """A picture that its camera says is to be turned."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return photo(colour, size, exif=exif)
