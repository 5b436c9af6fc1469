"""A bare reading loop: the same month, split into fields by Python's csv module, nothing typed and nothing checked."""

import csv
import json
import os
import sys
import time

path = sys.argv[1]
size = os.path.getsize(path)
rounds = -(-(64 << 20) // size)
lines = fields = 0
begun = time.process_time()
for _ in range(rounds):
    with open(path, encoding="cp932", errors="replace", newline="") as file:
        for record in csv.reader(file):
            lines += 1
            fields += len(record)
cpu = time.process_time() - begun
print(f"{lines} lines, {fields} fields in {cpu:.2f} CPU-s")
print(json.dumps({
    "what": "peer: bare Python csv loop", "value": round(size * rounds / 1e6 / cpu, 1), "unit": "MB per CPU-second",
    "goal": "P1", "remark": "lines split, no types, no checks"}, ensure_ascii=False))
