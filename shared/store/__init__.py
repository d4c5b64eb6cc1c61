"""The event store: numbered, signed facts of one service; also its outbox and its idempotency records."""

from shared.store.idempotency import Answer, KeyReused, body_digest, command_id, receipts_body
from shared.store.outbox import Unsent
from shared.store.signer import Signer, folder_signer
from shared.store.store import EventStore
from shared.store.transaction import EventRefused, LedgerTransaction

__all__ = [
    "Answer",
    "EventRefused",
    "EventStore",
    "KeyReused",
    "LedgerTransaction",
    "Signer",
    "Unsent",
    "body_digest",
    "command_id",
    "folder_signer",
    "receipts_body",
]
