"""What a run did, as an object."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from typing import Any, Optional


@dataclass(frozen=True)
class Counts:
    """How many rows had which fate; they add up to `rows`."""

    rows: int = 0
    blank: int = 0
    malformed: int = 0
    rejected: int = 0
    suppressed: int = 0
    duplicate: int = 0
    merged: int = 0
    unchanged: int = 0
    accepted: int = 0


@dataclass(frozen=True)
class Summary:
    """What a run did: the keys of `summary.json`, and the whole of it as `json`."""

    schema: str
    rowcall: str
    numbering_plan: str
    command: str
    counts: Counts
    equation: str
    actions: dict[str, int]
    sources: list[dict[str, Any]]
    settings: dict[str, Any]
    hints: list[dict[str, Any]]
    problems: dict[str, int]
    regions: dict[str, int]
    kinds: dict[str, int]
    outputs: list[dict[str, Any]]
    json: str = field(repr=False)
    lists: list[dict[str, Any]] = field(default_factory=list)
    withheld: Optional[str] = None

    @classmethod
    def of(cls, text: str) -> "Summary":
        """The summary that stands in `summary.json`."""
        facts = json.loads(text)
        counts = {part.name: facts["counts"].get(part.name, 0) for part in fields(Counts)}
        known = {part.name for part in fields(cls)}
        facts = {name: value for name, value in facts.items() if name in known}
        return cls(**{**facts, "counts": Counts(**counts), "json": text})

    @property
    def exit_code(self) -> int:
        """What the command would have ended with."""
        if self.withheld is not None:
            return 6
        refused = self.counts.rejected + self.counts.malformed
        return 3 if self.command == "check" and refused else 0
