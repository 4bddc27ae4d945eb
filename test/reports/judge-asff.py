"""Validates what BatchImportFindings is given, from standard input, against AWS's own model of the API.

The model says types, required fields, enumerations and patterns; the limits stand in its documentation, in words.
"""

import json
import re
import sys

from botocore.session import Session
from botocore.validate import ParamValidator

model = Session().get_service_model("securityhub")
shape = model.operation_model("BatchImportFindings").input_shape
document = json.load(sys.stdin)
problems = []


def sizes(text):
    """The limits that the documentation of a member names: of a text, a list, and the keys and values of a map."""
    text = re.sub(r"<[^>]+>", " ", text or "")
    of = lambda pattern: next((int(found) for found in re.findall(pattern, text)), None)
    return {
        "length": of(r"Maximum length of (\d+)"),
        "items": of(r"Maximum number of (\d+) items?"),
        "pairs": of(r"up to (\d+) key-value pairs"),
        "key": of(r"key can contain up to (\d+) characters"),
        "value": of(r"value can contain up to (\d+) characters"),
    }


def check(value, shape, path, limits):
    too_long = lambda text, limit: limit is not None and len(text) > limit
    if shape.type_name == "structure":
        for name, inner in value.items():
            member = shape.members[name]
            check(inner, member, f"{path}.{name}", sizes(member.documentation))
    elif shape.type_name == "list":
        if limits["items"] is not None and len(value) > limits["items"]:
            problems.append(f"{path}: {len(value)} items")
        for index, inner in enumerate(value):
            check(inner, shape.member, f"{path}[{index}]", sizes(""))
    elif shape.type_name == "map":
        if limits["pairs"] is not None and len(value) > limits["pairs"]:
            problems.append(f"{path}: {len(value)} pairs")
        for key, inner in value.items():
            check(key, shape.key, f"{path} {key}", {**sizes(""), "length": limits["key"]})
            check(inner, shape.value, f"{path}.{key}", {**sizes(""), "length": limits["value"]})
    elif shape.type_name == "string":
        if shape.enum and value not in shape.enum:
            problems.append(f"{path}: {value} is none of {shape.enum}")
        pattern = shape.metadata.get("pattern")
        if pattern and not re.fullmatch(pattern, value, re.DOTALL):
            problems.append(f"{path}: {value!r} does not match {pattern}")
        if too_long(value, limits["length"]):
            problems.append(f"{path}: {len(value)} characters")


for index in range(0, len(document["Findings"]), 100):
    batch = {"Findings": document["Findings"][index : index + 100]}
    report = ParamValidator().validate(batch, shape)
    if report.has_errors():
        problems.append(report.generate_report())
    else:
        check(batch, shape, "", sizes(""))
json.dump({"findings": len(document["Findings"]), "problems": problems}, sys.stdout)
