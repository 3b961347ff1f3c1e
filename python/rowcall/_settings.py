"""Settings as Python has them, as the flags of the command have them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any


def settings(options: Mapping[str, Any]) -> str:
    """The options as JSON; those that are None are not given."""
    given = {name: _value(value) for name, value in options.items() if value is not None}
    return json.dumps(given)


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _value(part) for key, part in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_value(part) for part in value]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return value
