"""A bare reading loop: the same month, split into fields by Python's csv module, nothing typed and nothing checked."""

import csv
import json
import sys
import time

path = sys.argv[1]
begun = time.process_time()
lines = fields = 0
with open(path, encoding="cp932", errors="replace", newline="") as file:
    for record in csv.reader(file):
        lines += 1
        fields += len(record)
cpu = time.process_time() - begun
size = __import__("os").path.getsize(path) / 1e6
print(f"{lines} lines, {fields} fields in {cpu:.2f} CPU-s")
print(json.dumps({
    "what": "peer: bare Python csv loop", "value": round(size / cpu, 1), "unit": "MB per CPU-second", "goal": "P1",
    "remark": f"{lines} lines split, no types, no checks"}, ensure_ascii=False))
