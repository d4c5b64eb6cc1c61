"""The event: one signed CloudEvent per fact, in one canonical byte form."""

from shared.events.canonical import CanonicalError, canonical_bytes
from shared.events.envelope import Draft, EnvelopeError, Event

__all__ = ["CanonicalError", "Draft", "EnvelopeError", "Event", "canonical_bytes"]
