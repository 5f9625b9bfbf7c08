"""Errors, with the places in a scenario that they come from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict


class Diagnostic(TypedDict):
    """One mistake: what is wrong, where, and how to mend it."""

    message: str
    help: str | None
    line: int | None
    text: str | None


class TiltyardError(Exception):
    """Why there is no result. The text names each mistake, its line in the scenario and the remedy."""

    def __init__(self, message: str, diagnostics: Sequence[Diagnostic] = ()) -> None:
        super().__init__(message)
        self.diagnostics: list[Diagnostic] = list(diagnostics)
