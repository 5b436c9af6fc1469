#!/usr/bin/env python3
"""Cut BIZ UDPGothic into the web slices served by the staff pages.

usage: build.py FOLDER   (holding BIZUDPGothic-Regular.ttf and -Bold.ttf; Debian: fonts-morisawa-bizud-gothic 1.05)
needs: fonttools, brotli

core: everything that is not a kanji, plus JIS X 0208 level 1 and common name variants (U+F900-FAFF, 髙 ...).
rest: all other kanji of the font. Variation sequences (IVS) stay with their base character.
app.css names the two as two families, so that a browser fetches "rest" only for a page that needs it.
"""
import sys
from pathlib import Path
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

IVS = range(0xE0100, 0xE01F0)


def level1():
    for row in range(16, 48):
        for cell in range(1, 95):
            try:
                yield ord(bytes([0xA0 + row, 0xA0 + cell]).decode("euc_jp"))
            except UnicodeDecodeError:
                pass


def is_kanji(c):
    return 0x3400 <= c < 0xA000 or 0xF900 <= c < 0xFB00 or c >= 0x20000


def main(source):
    wanted = set(level1()) | set(range(0xF900, 0xFB00)) | {ord(c) for c in "髙塚濵邉邊齋齊彅"}
    for weight, name in (("400", "Regular"), ("700", "Bold")):
        cmap = set(TTFont(Path(source) / f"BIZUDPGothic-{name}.ttf").getBestCmap())
        core = {c for c in cmap if not is_kanji(c) or c in wanted}
        slices = {"core": core, "rest": cmap - core}
        for part, codes in slices.items():
            font = TTFont(Path(source) / f"BIZUDPGothic-{name}.ttf")
            options = Options(layout_features=["kern", "ccmp", "locl", "tnum"], hinting=False, notdef_outline=True)
            options.flavor = "woff2"
            subsetter = Subsetter(options)
            subsetter.populate(unicodes=codes | set(IVS))
            subsetter.subset(font)
            font.flavor = "woff2"
            font.save(f"biz-udpgothic-{part}-{weight}.woff2")


main(sys.argv[1])
