"""Reads CSV from standard input, strictly, to a JSON list of rows."""

import csv
import io
import json
import sys

text = sys.stdin.buffer.read().decode("utf-8")
json.dump(list(csv.reader(io.StringIO(text, newline=""), strict=True)), sys.stdout)
