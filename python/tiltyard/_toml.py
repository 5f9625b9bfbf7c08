"""Scenarios as dictionaries, written as TOML."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any


def value(thing: Any) -> str:
    """A value in one line."""
    if isinstance(thing, bool):
        return "true" if thing else "false"
    if isinstance(thing, int):
        return str(thing)
    if isinstance(thing, float):
        if thing != thing or thing in (float("inf"), float("-inf")):
            raise ValueError(f"{thing} is no number of a scenario")
        return repr(thing)
    if isinstance(thing, Decimal):
        return f'"{thing}"'
    if isinstance(thing, (str, Path)):
        # JSON's escapes are TOML's, but for the slash, which JSON does not escape here.
        return json.dumps(str(thing), ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(thing, dt.datetime):
        if thing.tzinfo is None:
            thing = thing.replace(tzinfo=dt.timezone.utc)
        return str(thing.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))
    if isinstance(thing, dt.date):
        return str(thing.isoformat())
    if isinstance(thing, Mapping):
        inner = ", ".join(f"{key(name)} = {value(item)}" for name, item in thing.items() if item is not None)
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(thing, Sequence):
        return "[" + ", ".join(value(item) for item in thing) + "]"
    raise TypeError(f"{type(thing).__name__} is no value of a scenario: {thing!r}")


def key(name: str) -> str:
    """A key, quoted where it must be."""
    bare = name and all(c.isascii() and (c.isalnum() or c in "_-") for c in name)
    return name if bare else json.dumps(name, ensure_ascii=False)


def scenario(tables: Mapping[str, Any]) -> str:
    """A scenario: a table for each key, an `[[agents]]` table for each agent."""
    lines: list[str] = []
    for name, table in tables.items():
        if table is None:
            continue
        if isinstance(table, Mapping) and all(isinstance(item, Mapping) for item in table.values()) and table:
            for inner, item in table.items():
                lines += [f"[{key(name)}.{key(inner)}]", *_entries(item), ""]
        elif isinstance(table, Mapping):
            lines += [f"[{key(name)}]", *_entries(table), ""]
        elif isinstance(table, Sequence) and not isinstance(table, str):
            for item in table:
                lines += [f"[[{key(name)}]]", *_entries(item), ""]
        else:
            raise TypeError(f"`{name}` is a table of a scenario, not {table!r}")
    return "\n".join(lines)


def _entries(table: Mapping[str, Any]) -> list[str]:
    return [f"{key(name)} = {value(item)}" for name, item in table.items() if item is not None]
