"""Pictures are drawn anew: what comes out holds pixels and nothing else.

So a picture tells neither where nor with what it was taken, and what was hidden in it (a page, a program, an archive
behind the last byte) is gone.
"""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image, ImageOps

from gridmap.errors import BadFile, TooLarge
from gridmap.services.files.limits import PICTURE_EDGE_PX, PICTURE_LIMIT_BYTES, PICTURE_LIMIT_PIXELS

READ = ("JPEG", "PNG", "WEBP")
JPEG_QUALITY = 88
DAMAGED = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, struct.error, zlib.error)


def accept_picture(data: bytes) -> bytes:
    """A JPEG, PNG or WebP file, known by its content -> the picture as a JPEG, or as a PNG where it is one or lets
    something shine through; upright, its longer edge at most PICTURE_EDGE_PX, of an animation the first picture.

    Raises TooLarge (bytes, or pixels, which are looked at before any is drawn), BadFile for anything else.
    """
    if len(data) > PICTURE_LIMIT_BYTES:
        raise TooLarge(f"The picture is larger than {PICTURE_LIMIT_BYTES >> 20} MB.", "Send it in a smaller size.")
    try:
        with Image.open(io.BytesIO(data), formats=READ) as image:
            width_px, height_px = image.size
            if width_px * height_px > PICTURE_LIMIT_PIXELS:
                raise _too_many_pixels()
            is_png = image.format == "PNG"
            return _encoded(_plain(image), is_png=is_png)
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except DAMAGED:
        raise BadFile("This is no picture, or it is damaged.", "Send a JPEG, PNG or WebP file.") from None


def _plain(image: Image.Image) -> Image.Image:
    """Upright, small enough, and in a mode that both formats have."""
    image.draft("RGB", (PICTURE_EDGE_PX, PICTURE_EDGE_PX))  # of a large JPEG only every second pixel is decoded
    image.load()
    if image.mode.startswith("I;16"):
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    shining = image.has_transparency_data
    upright = ImageOps.exif_transpose(image)
    drawn = upright.convert("RGBA" if shining else "L" if image.mode in {"1", "L"} else "RGB")
    drawn.thumbnail((PICTURE_EDGE_PX, PICTURE_EDGE_PX))
    return drawn


def _encoded(drawn: Image.Image, *, is_png: bool) -> bytes:
    bare = Image.frombytes(drawn.mode, drawn.size, drawn.tobytes())  # without what was said beside the pixels
    out = io.BytesIO()
    if is_png or drawn.mode == "RGBA":
        bare.save(out, "PNG")
    else:
        bare.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()


def _too_many_pixels() -> TooLarge:
    return TooLarge(
        f"The picture has more than {PICTURE_LIMIT_PIXELS // 1_000_000} million pixels.", "Send it in a smaller size."
    )
