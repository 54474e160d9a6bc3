"""Holds exchanges against the OpenAPI documents of their services.

Reads {"documents": {topic: text}, "exchanges": [...]} and writes {"answers": how many bodies of answers were validated,
"writes": the same of requests, "problems": [text, ...]}. The schema of an answer is taken for closed: a member that it
does not name is a problem, too.
"""

import copy
import functools
import json
import sys
from urllib.parse import parse_qsl, unquote, urlsplit

from jsonschema import Draft202012Validator

METHODS = ("get", "put", "post", "delete", "options", "patch")
# What is no route of a dialect, and is not described.
OUTSIDE = ("/live", "/ready", "/media/", "/api/schema", "/api/docs")
# Answers to what leads nowhere: no route, no final slash, no host of ours.
NOWHERE = (301, 400, 404)
# Writes that the service lets through as the recorded one does, though nobody is told to send them.
LENIENT = {
    "a number for a text": (
        "jwt_write/phone_number_type",
        "staff_write/mobile_number_type",
        "staff_write/names_numbers",
        "staff_write/names_odd_numbers",
        "staff_write/names_odd_numbers_2",
        "staff_write/names_odd_numbers_3",
        "tower_users_create/password_number",
        "tower_users_create/username_number",
    ),
    "blanks around a text, which are cut off before it is measured": ("jwt_write/phone_spaces_trimmed",),
    "anything for the current password, where no new one is sent": (
        "jwt_write/password_only_current_junk",
        "staff_write/password_only_current_junk",
        "staff_write/password_only_current_null",
    ),
    "null for what is blank": (
        "tower_organizations/create_description_null",
        "tower_users_create/superuser_flag_null",
        "tower_users_update/patch_null",
    ),
    "a type of bodies that says nothing": ("staff_write/body_type_star",),
}


class Document:
    def __init__(self, text):
        self.tree = json.loads(text)
        self.validators = {}

    def route(self, path):
        """The description of a path, and its pattern."""
        parts = path.split("/")
        for pattern, item in self.tree["paths"].items():
            wanted = pattern.split("/")
            if len(wanted) == len(parts) and all(map(fits, wanted, parts)):
                yield item, pattern

    def found(self, path):
        # Words are more exact than ids.
        routes = sorted(self.route(path), key=lambda route: route[1].count("{"))
        return routes[0] if routes else (None, None)

    def resolved(self, node):
        while "$ref" in node:
            node = functools.reduce(lambda tree, name: tree[name], node["$ref"].split("/")[1:], self.tree)
        return node

    def errors(self, schema, value, is_open=False):
        key = (json.dumps(schema, sort_keys=True), is_open)
        if key not in self.validators:
            self.validators[key] = Draft202012Validator(self.closed(schema, is_open))
        found = sorted(self.validators[key].iter_errors(value), key=str)
        return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in found[:3]]

    def closed(self, schema, is_open):
        """The schema with all that it refers to in place, and unless it is open with no other member than it names."""
        schema = copy.deepcopy(self.resolved(schema))
        if "allOf" in schema:
            schema["allOf"] = [self.closed(part, True) for part in schema["allOf"]]
        for word in ("anyOf", "oneOf"):
            if word in schema:
                schema[word] = [self.closed(part, is_open) for part in schema[word]]
        if "items" in schema:
            schema["items"] = self.closed(schema["items"], is_open)
        for name, part in schema.get("properties", {}).items():
            schema["properties"][name] = self.closed(part, is_open)
        if isinstance(schema.get("additionalProperties"), dict):
            schema["additionalProperties"] = self.closed(schema["additionalProperties"], is_open)
        elif not is_open and ("properties" in schema or "allOf" in schema):
            schema["unevaluatedProperties"] = False
        return schema

    def examples(self):
        """What is wrong with the examples."""
        for node in nodes(self.tree):
            values = node.get("examples", []) if "type" in node else []
            if "schema" in node and "example" in node:
                for error in self.errors(node["schema"], node["example"]):
                    yield f"example {json.dumps(node['example'])[:200]}: {error}"
            for value in values:
                for error in self.errors({**node, "examples": []}, value):
                    yield f"example {json.dumps(value)[:200]}: {error}"


def nodes(tree):
    if isinstance(tree, dict):
        yield tree
        for branch in tree.values():
            yield from nodes(branch)
    elif isinstance(tree, list):
        for branch in tree:
            yield from nodes(branch)


def fits(wanted, part):
    return part.isdigit() and part.isascii() if wanted.startswith("{") else wanted == part


def parsed(text):
    try:
        return True, json.loads(text)
    except (TypeError, ValueError):
        return False, None


def media_type(header):
    return (header or "").split(";")[0].strip().lower()


def effective_method(exchange):
    """The method that a form stands for."""
    method = exchange["method"].lower()
    if method == "post" and media_type(exchange["sent_type"]) == "application/x-www-form-urlencoded":
        fields = dict(parse_qsl(exchange["sent"] or "", keep_blank_values=True))
        return fields.get("_method", method).lower(), "_content" in fields
    return method, False


def judge(document, exchange, counts):
    path = unquote(urlsplit(exchange["path"]).path)
    status = exchange["status"]
    item, pattern = document.found(path)
    if item is None:
        if not path.startswith(OUTSIDE) and status not in NOWHERE:
            yield f"no path, and yet {status}"
        return
    method, is_wrapped = effective_method(exchange)
    operation = item.get("get" if method == "head" else method)
    if operation is None:
        if status < 400:
            yield f"{pattern} has no {method}, and yet {status}"
        return
    response = operation["responses"].get(str(status))
    if response is None:
        yield f"{method} {pattern} has no {status}"
        return
    response = document.resolved(response)
    content = response.get("content", {})
    kind = media_type(exchange["type"])
    if method != "head" and kind not in ("text/html", ""):
        is_json, body = parsed(exchange["body"])
        described = next(iter(content.values()), None)
        if described is None or not is_json:
            yield f"{method} {pattern} {status} has a body of {kind}"
            return
        counts["answers"] += 1
        for error in document.errors(described["schema"], body):
            yield f"{method} {pattern} {status}: {error}"
    if status < 300 and exchange["sent"] and "requestBody" in operation and not is_wrapped:
        yield from judge_write(document, operation, exchange, f"{method} {pattern}", counts)


def judge_write(document, operation, exchange, place, counts):
    content = operation["requestBody"]["content"]
    kind = media_type(exchange["sent_type"])
    if kind and kind not in content:
        yield f"{place} reads no {kind}"
        return
    is_json, body = parsed(exchange["sent"])
    if kind == "application/json" and is_json:
        counts["writes"] += 1
        for error in document.errors(content[kind]["schema"], body, is_open=True):
            yield f"{place} takes {json.dumps(body)[:200]}: {error}"


def main():
    given = json.load(sys.stdin)
    texts = {text: Document(text) for text in set(given["documents"].values())}
    documents = {topic: texts[text] for topic, text in given["documents"].items()}
    counts = {"answers": 0, "writes": 0}
    problems = []
    lenient = {case: reason for reason, cases in LENIENT.items() for case in cases}
    needed, played = set(), set()
    for exchange in given["exchanges"]:
        case = f"{exchange['topic']}/{exchange['case']}"
        played.add(case)
        for problem in judge(documents[exchange["topic"]], exchange, counts):
            if case in lenient and ("takes" in problem or "reads" in problem):
                needed.add(case)
            else:
                problems.append(f"{case}: {problem}")
    problems.extend(f"{case}: is not lenient: {lenient[case]}" for case in (lenient.keys() & played) - needed)
    for document in texts.values():
        problems.extend(document.examples())
    json.dump({**counts, "problems": sorted(set(problems))}, sys.stdout)


main()
