"""Which catalogue this is: what was read by one catalogue may read otherwise by another."""

from __future__ import annotations

import hashlib
from functools import cache

import orjson

from shared.events.catalogue import all_types
from shared.events.docs import json_schema


@cache
def fingerprint() -> str:
    """``sha256:<hex>`` over every type with who may state it and the schema of its data."""
    types = [[entry.type, list(entry.sources), json_schema(entry)] for entry in all_types()]
    return "sha256:" + hashlib.sha256(orjson.dumps(types, option=orjson.OPT_SORT_KEYS)).hexdigest()
