"""Splink beside our engine on the same folder: python3 bench/splink_linkage.py DIR (needs `pip install splink`, version 4).

A plain model with the usual comparisons, not the tuned one behind the peer figures of docs/adr/0012. Prints JSON lines for the bench.
"""

import collections
import csv
import json
import pathlib
import re
import resource
import sys
import time
import unicodedata

import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

ERAS = {"M": 1867, "T": 1911, "S": 1925, "H": 1988, "R": 2018, "1": 1867, "2": 1911, "3": 1925, "4": 1988, "5": 2018}
KANJI_DIGITS = str.maketrans("〇一二三四五六七八九", "0123456789")


def plain(text):
    return re.sub(r"[\s・,、]", "", unicodedata.normalize("NFKC", text))


def birth(text):
    text = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"\d{8}", text):
        date = text
    elif re.fullmatch(r"\d{7}", text):
        date = f"{ERAS[text[0]] + int(text[1:3]):04}{text[3:]}"
    else:
        parts = re.findall(r"\d+", text)
        if len(parts) != 3:
            return None
        year = int(parts[0]) + (ERAS.get(text[0], 0) if text[0].isalpha() else 0)
        date = f"{year:04}{int(parts[1]):02}{int(parts[2]):02}"
    return None if date in ("00000000", "19000101") else date


def house(text):
    text = re.sub(r"^(大阪府)?(堺市)?(.{1,2}区)?", "", plain(text))
    text = re.sub(r"[一二三四五六七八九十〇]+(?=丁|番|号|$)", lambda m: kanji_number(m.group()), text)
    found = re.match(r"(\D+?)(\d.*)", text)
    if not found:
        return text or None
    numbers = re.findall(r"\d+", found.group(2))
    return found.group(1).replace("ヶ", "ケ") + "-".join(numbers[:2])


def kanji_number(text):
    if "十" not in text:
        return text.translate(KANJI_DIGITS)
    tens, ones = text.split("十", 1)
    value = lambda s: int(s.translate(KANJI_DIGITS)) if s else None
    return str((value(tens) or 1) * 10 + (value(ones) or 0))


def records(folder):
    for path in sorted(folder.glob("sys*.csv")):
        system = path.stem.split("_", 1)[1]
        with open(path, encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                yield {
                    "unique_id": f"{system}:{row['atena_no']}",
                    "name": plain(row["shimei"]) or None,
                    "kana": plain(row["shimei_kana"]) or None,
                    "birth": birth(row["birth"]),
                    "sex": {"男": "1", "女": "2"}.get(row["sex"], row["sex"]) or None,
                    "house": house(row["jusho"]),
                    "phone": re.sub(r"\D", "", row["tel"]) or None,
                    "number": row["kojin_bango"] if len(row["kojin_bango"]) == 12 else None,
                }


def quality(clusters, truth):
    cells, joined, wanted = collections.Counter(), collections.Counter(), collections.Counter()
    for record, cluster in clusters:
        person = truth[record]
        cells[cluster, person] += 1
        joined[cluster] += 1
        wanted[person] += 1
    pairs = lambda counter: sum(n * (n - 1) // 2 for n in counter.values())
    persons_in = collections.Counter(cluster for cluster, _ in cells)
    precision, recall = pairs(cells) / pairs(joined), pairs(cells) / pairs(wanted)
    return 2 * precision * recall / (precision + recall), sum(n > 1 for n in persons_in.values())


def line(what, value, unit=""):
    print(json.dumps({"what": f"Splink: {what}", "value": round(value, 5), "unit": unit, "remark": "plain model"}, ensure_ascii=False))


def main():
    folder = pathlib.Path(sys.argv[1])
    frame = pd.DataFrame(records(folder))
    line("standardising", time.process_time(), "CPU-s")
    names = ["name", "kana"]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.ExactMatch("name").configure(term_frequency_adjustments=True),
            cl.LevenshteinAtThresholds("kana", [1, 2]),
            cl.LevenshteinAtThresholds("birth", [1, 2]),
            cl.ExactMatch("sex"),
            cl.ExactMatch("house").configure(term_frequency_adjustments=True),
            cl.ExactMatch("phone"),
            cl.ExactMatch("number"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("number"),
            block_on("house", "birth"),
            *[block_on(name, other) for name in names for other in ("birth", "house", "phone")],
        ],
    )
    linker = Linker(frame, settings, db_api=DuckDBAPI())
    linker.training.estimate_probability_two_random_records_match([block_on("number")], recall=0.4)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (block_on("number"), block_on("name", "birth"), block_on("house", "birth")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    pairs = linker.inference.predict(threshold_match_weight=2)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_weight=2)
    found = clusters.as_pandas_dataframe()
    line("everything", time.process_time(), "CPU-s")
    line("peak memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB")
    with open(folder / "truth.csv", newline="") as file:
        truth = {row["rec_id"]: row["person_id"] for row in csv.DictReader(file)}
    f1, mixed = quality(zip(found["unique_id"], found["cluster_id"]), truth)
    line("F1 without review", f1)
    line("mixed clusters without review", mixed, "clusters")


if __name__ == "__main__":
    main()
