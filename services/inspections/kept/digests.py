"""Salted digests: what stands in the ledger in place of a name or a private text.  Pure."""

from __future__ import annotations

import hashlib


def salted(salt: str, text: str) -> str:
    """``sha256:<hex>`` over ``salt`` and ``text``.  Without the salt nobody can try which text it was."""
    return "sha256:" + hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()
