"""Judges settings files by a JSON Schema: reads {"schema": ..., "files": [TOML text, ...]}, writes whether each is valid."""

import json
import sys
import tomllib

from jsonschema import Draft202012Validator

given = json.load(sys.stdin)
Draft202012Validator.check_schema(given["schema"])
validator = Draft202012Validator(given["schema"])
json.dump([validator.is_valid(tomllib.loads(text)) for text in given["files"]], sys.stdout)
