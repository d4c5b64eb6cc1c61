"""Evidence files: noted once they are kept, read by who sees what cites them."""

from __future__ import annotations

from services.scores.evidence.house import Holding, held, only_cited

__all__ = ["Holding", "held", "only_cited"]
