"""A font that has Chinese, for pictures drawn without a browser."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

log = logging.getLogger("gridmap.reporting")

FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts")
# in the order of look.md; a collection (.ttc) holds one face a region
NAMES = (
    "HarmonyOS_Sans_SC_Regular.ttf",
    "msyh.ttc",
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "NotoSansSC-Regular.otf",
    "SourceHanSansSC-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
)
MAX_FACES = 12

Font = ImageFont.FreeTypeFont


@lru_cache(maxsize=1)
def chinese_face() -> tuple[Path, int] | None:
    """The file and the face in it to write simplified Chinese with, None where the machine has none."""
    found = {path.name: path for folder in FOLDERS if folder.is_dir() for path in sorted(folder.rglob("*.[to]t[fc]"))}
    for name in NAMES:
        if name in found:
            return found[name], _simplified_face(found[name])
    log.warning("No font with Chinese was found: texts are written in English. Install fonts-noto-cjk.")
    return None


def font(size_px: int) -> Font:
    """The Chinese face at this size, else Pillow's own Latin one."""
    face = chinese_face()
    if face is None:
        latin = ImageFont.load_default(size_px)
        if not isinstance(latin, ImageFont.FreeTypeFont):
            raise RuntimeError("Pillow was built without FreeType: install the wheel from the requirements.")
        return latin
    path, index = face
    return ImageFont.truetype(str(path), size_px, index=index)


def _simplified_face(path: Path) -> int:
    """The face of a collection whose family is for simplified Chinese; 0 when it says nothing."""
    for index in range(MAX_FACES):
        try:
            family = str(ImageFont.truetype(str(path), 10, index=index).getname()[0])
        except OSError:
            break
        if family.endswith(" SC"):
            return index
    return 0
