"""Warnings as GitHub's workflow commands, which annotate the lines of a pull request.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions; escaped as its own toolkit does.
"""

from __future__ import annotations

from collections.abc import Mapping

from pricetag.diff.report import Finding, Report

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def workflow_commands(report: Report) -> str:
    """A line for each warning; empty where there is none."""
    return "\n".join(_command(finding) for finding in report.findings)


def _command(finding: Finding) -> str:
    name = finding.at.name
    properties = {
        "file": finding.at.path,
        "line": str(name.start.line + 1),
        "endLine": str(name.end.line + 1),
        "col": str(name.start.character + 1),
        "endColumn": str(name.end.character + 1),
        "title": finding.rule,
    }
    written = ",".join(f"{key}={_escaped(value, _PROPERTY)}" for key, value in properties.items())
    return f"::warning {written}::{_escaped(finding.message, _DATA)}"


def _escaped(text: str, escapes: Mapping[str, str]) -> str:
    return "".join(escapes.get(character, character) for character in text)
