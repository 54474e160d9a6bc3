"""Judges the manifests of a folder by the schemas of Kubernetes, and compares what they say of each other."""

import json
import pathlib
import sys

import kubernetes_validate
import yaml

VERSIONS = ["1.29", "1.33"]


def documents(folder):
    for file in sorted(folder.glob("*.yaml")):
        if file.name != "kustomization.yaml":
            yield from ((file.name, document) for document in yaml.safe_load_all(file.read_text()))


def labels_of(pod):
    return pod["metadata"]["labels"]


def selectors(kind, spec):
    if kind == "Service":
        return [spec["selector"]]
    if kind in ("Deployment", "PodDisruptionBudget"):
        return [spec["selector"]["matchLabels"]]
    return [spec["podSelector"]["matchLabels"]] if kind == "NetworkPolicy" else []


def main():
    folder = pathlib.Path(json.load(sys.stdin)["folder"])
    problems, kinds, pods, selected = [], [], [], []
    for name, document in documents(folder):
        kinds.append(document["kind"])
        for version in VERSIONS:
            try:
                kubernetes_validate.validate(document, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                problems.append(f"{name}, {version}: {error}")
        spec = document.get("spec", {})
        if "template" in spec:
            pods.append(labels_of(spec["template"]))
        selected += selectors(document["kind"], spec)
    for selector in selected:
        if not any(selector.items() <= labels.items() for labels in pods):
            problems.append(f"no pod has {selector}")
    listed = set(yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"])
    there = {file.name for file in folder.glob("*.yaml")} - {"kustomization.yaml", "secrets.example.yaml"}
    if listed != there:
        problems.append(f"kustomization.yaml lists {sorted(listed)}, and there are {sorted(there)}")
    json.dump({"problems": problems, "kinds": sorted(kinds)}, sys.stdout)


main()
