"""The warnings as SARIF 2.1.0, which code scanning services read."""

from __future__ import annotations

import hashlib
import os
from typing import Any
from urllib.parse import quote

from pricetag import __version__
from pricetag.baseline.rule_pages import rule_page
from pricetag.diff.report import Finding, Report

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
RULES = {
    "memory-regression": "The forecast peak memory of a function grew",
    "runtime-regression": "The forecast runtime of a function grew",
    "memory-growth": "The forecast peak memory of a function grows faster with n than it did",
    "runtime-growth": "The forecast runtime of a function grows faster with n than it did",
    "memory-budget": "The forecast peak memory of a function exceeds its budget",
    "runtime-budget": "The forecast runtime of a function exceeds its budget",
}
_ROOT = "%SRCROOT%"  # what services take for the root of the repository


def sarif(report: Report) -> dict[str, Any]:
    """A log with one run. Paths are relative to the root of the repository, columns count UTF-16 units from 1."""
    driver = {
        "name": "pricetag",
        "semanticVersion": __version__,
        "rules": [_rule(rule, text) for rule, text in RULES.items()],
    }
    notifications = [
        {
            "level": "warning",
            "message": {"text": problem.reason},
            "locations": [{"physicalLocation": {"artifactLocation": _artifact(problem.path)}}],
        }
        for problem in report.problems
    ]
    run = {
        "tool": {"driver": driver},
        "columnKind": "utf16CodeUnits",
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notifications}],
        "results": [_result(finding) for finding in report.findings],
        "properties": {"model": report.model, "base": report.span.base.commit},
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: str, short: str) -> dict[str, Any]:
    made = {"id": rule, "shortDescription": {"text": short}, "defaultConfiguration": {"level": "warning"}}
    if page := rule_page(rule):
        # The first paragraph below the heading says what is found; services show the whole page on request.
        full = " ".join(page.split("\n\n")[1].split())
        made |= {"fullDescription": {"text": full}, "help": {"text": page, "markdown": page}}
    return made


def _result(finding: Finding) -> dict[str, Any]:
    at = finding.at
    identity = f"{finding.rule}\0{at.path}\0{at.function.qualified_name}"
    return {
        "ruleId": finding.rule,
        "ruleIndex": list(RULES).index(finding.rule),
        "level": "warning",
        "message": {"text": finding.message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _artifact(at.path),
                    "region": {
                        "startLine": at.name.start.line + 1,
                        "startColumn": at.name.start.character + 1,
                        "endLine": at.name.end.line + 1,
                        "endColumn": at.name.end.character + 1,
                    },
                },
                "logicalLocations": [{"fullyQualifiedName": at.function.qualified_name, "kind": "function"}],
            }
        ],
        # Numbers move with every edit; the finding is the same one as long as the function has its name.
        "partialFingerprints": {
            "pricetagFunction/v1": hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()
        },
    }


def _artifact(path: str) -> dict[str, str]:
    return {"uri": quote(os.fsencode(path)), "uriBaseId": _ROOT}
