"""The character tables of data/moji, made from the mojidata database: glyph names and the folding map.

A character folds to the best-known character that an official source gives for it: sources are tried in the order of
`_edges`, and a target must be strictly better known (常用 > 人名用 > JIS level) than the character itself. 常用漢字 never
fold. Folding is one character to one character; 斉 and 斎, for example, stay apart because no source joins them.
"""

import sqlite3
import unicodedata

# Shapes that JIS X 0208:1983 simplified or swapped and that later standards set back: pairs (1983 shape, printed shape).
JIS83 = """唖啞焔焰鴎鷗噛嚙侠俠躯軀鹸鹼麹麴屡屢繍繡蒋蔣醤醬蝉蟬掻搔騨驒箪簞掴摑填塡顛顚祷禱涜瀆嚢囊溌潑醗醱頬頰麺麵莱萊蝋蠟
攅攢鯵鰺鴬鶯蛎蠣撹攪竃竈潅灌諌諫頚頸砿礦蕊蘂靭靱賎賤壷壺砺礪梼檮涛濤迩邇蝿蠅桧檜侭儘薮藪篭籠尭堯槙槇遥遙瑶瑤剥剝嘘噓叱𠮟餅餠
屏屛并幷痩瘦倶俱呑吞繋繫"""

# (table of the MJ shrink map, order of trust)
_OFFICIAL = [
    ("mjsm_JIS包摂規準UCS統合規則", 0),
    ("mjsm_戸籍統一文字情報_親字正字", 1),
    ("mjsm_法務省告示582号別表第四_一", 2),
    ("mjsm_民一2842号通達別表_誤字俗字正字一覧表_無印", 3),
    ("mjsm_民一2842号通達別表_誤字俗字正字一覧表_俗字", 3),
    ("mjsm_民二5202号通知別表_正字俗字等対照表", 3),
]


def tables(database):
    """(rows of characters.tsv, rows of fold.tsv)."""
    db = sqlite3.connect(database)
    glyphs = db.execute('select "MJ文字図形名", "対応するUCS", "実装したUCS", "実装したMoji_JohoコレクションIVS",'
                        ' "実装したSVS", "漢字施策" from mji order by 1').fetchall()
    return _characters(glyphs), _fold(db, glyphs)


def _characters(glyphs):
    rows = {}
    for name, _, own, ivs, svs, _ in glyphs:
        for text in filter(None, (own, ivs, svs)):
            base, selector = text[0], text[1:]
            key = (f"{ord(base):05X}", f"{ord(selector):05X}" if selector else "")
            rows.setdefault(key, name.removeprefix("MJ"))
    return sorted((*key, name) for key, name in rows.items())


def _jis_level(char):
    try:
        encoded = char.encode("euc_jp")
        if len(encoded) == 2:
            return 0 if encoded[0] < 0xD0 else 1
    except UnicodeEncodeError:
        pass
    try:
        char.encode("shift_jis_2004")
        return 2
    except UnicodeEncodeError:
        return 3


def _simplified(char):
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return _jis_level(char) == 3


def _fold(db, glyphs):
    policy = {own or ucs: kind for _, ucs, own, _, _, kind in glyphs if kind}
    fame = {"常用漢字": 0, "人名用漢字": 1}

    def rank(char):
        return (fame.get(policy.get(char), 2), _jis_level(char))

    best = {}
    for char, target, trust in _edges(db, glyphs):
        better = (rank(target), ord(target)) < (rank(char), ord(char))
        if char == target or not better or policy.get(char) == "常用漢字":
            continue
        key = (trust, rank(target), ord(target))
        if char not in best or key < best[char][0]:
            best[char] = (key, target)
    rows = []
    for char in sorted(best):
        target = char
        while target in best:  # ends: every step is strictly better known
            target = best[target][1]
        rows.append((f"{ord(char):05X}", f"{ord(target):05X}"))
    return rows


def _edges(db, glyphs):
    """(character, possible representative, trust: lower is better; fractions order the candidates of one source)."""
    own = {name: char for name, _, char, *_ in glyphs if char}
    any_form = {name: char for name, char, *_ in glyphs if char}
    for char in map(chr, [*range(0x2F00, 0x2FD6), *range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20)]):
        plain = unicodedata.normalize("NFKC", char)
        if len(plain) == 1:
            yield char, plain, 0
    for table, trust in _OFFICIAL:
        columns = {row[1] for row in db.execute(f'pragma table_info("{table}")')}
        order = next((c for c in ("順位", "ホップ数") if c in columns), "1")
        for name, target, step in db.execute(f'select "MJ文字図形名", "縮退UCS", {order} from "{table}"'):
            # The lists of wrong and vulgar forms are trusted only for the bare glyph of characters outside JIS X 0213.
            char = own.get(name) or (any_form.get(name) if trust < 3 else None)
            if char and (trust < 3 or _jis_level(char) == 3):
                yield char, target, trust + (step - 1) / 100
    for new, old in db.execute("select 漢字, 康熙字典体 from joyo_kangxi"):
        yield old, new, 0
    for table in ("kdpv_jinmei1/variant", "kdpv_jinmei2/variant", "kdpv_hyogai/variant"):
        for one, other in db.execute(f'select subject, object from "{table}"'):
            yield one, other, 0
            yield other, one, 0
    pairs = "".join(JIS83.split())
    for one, other in zip(pairs[::2], pairs[1::2], strict=True):
        yield one, other, 0
        yield other, one, 0
    for char, target, order in db.execute("select 簡体字等のUCS, 正字のUCS, 順位 from nyukan_itaiji"):
        if char and target and len(char) == 1 and len(target) == 1:
            # Before all others for simplified Chinese characters: 业 is 業 in a residence card, whatever old sense koseki lists.
            yield char, target, (0 if _simplified(char) else 2) + order / 100
