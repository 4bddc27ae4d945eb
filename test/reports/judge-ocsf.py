"""Validates OCSF events, one a line of standard input, against the published schema of each version that is named."""

import json
import sys

from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

versions = sys.argv[1:]
events = [json.loads(line) for line in sys.stdin]
problems = []
for version in versions:
    ocsf = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=version))
    for event in events:
        name = ocsf.lookup_class_name_from_uid(class_uid=event["class_uid"])
        schema = ocsf.get_class_schema(class_name=name, profiles=event["metadata"]["profiles"])
        for error in Draft202012Validator(schema).iter_errors(event):
            problems.append(f"{version}: {event['finding_info']['uid']}: {error.json_path}: {error.message}")
json.dump({"events": len(events), "problems": problems}, sys.stdout)
