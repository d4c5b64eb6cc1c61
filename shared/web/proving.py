"""Routes by which somebody who keeps a fingerprint and a checkpoint finds out that a ledger was changed.

They say nothing of what the ledger holds but its keys.
"""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate
from sqlalchemy import select

from shared.access.directory import grants_of
from shared.database import read_transaction
from shared.ledger import reader, tables
from shared.ledger.merkle import consistency_proof, tree_root
from shared.web.documents import problems
from shared.web.parsing import ServiceBlueprint
from shared.web.problems import Problem
from shared.web.runtime import acting_principal, ledger_settings, runtime

MAX_SIZE = 2**53 - 1


class ConsistencyArgs(Schema):
    """``first``: the size that somebody saw before."""

    first = fields.Integer(required=True, validate=validate.Range(min=0, max=MAX_SIZE))


class ConsistencyView(Schema):
    """That the first ``first`` positions are the beginning of the ``size`` of now (RFC 6962 §2.1.2).

    ``proof``: hashes in hex; empty for nothing and for the whole.
    """

    first = fields.Integer(required=True)
    first_root = fields.String(required=True)
    size = fields.Integer(required=True)
    root = fields.String(required=True)
    proof = fields.List(fields.String(), required=True)


def root_text(root: bytes) -> str:
    """A Merkle root as the API writes it."""
    return f"sha256:{root.hex()}"


def register_proofs(blueprint: ServiceBlueprint) -> None:
    """Add ``keys`` and ``consistency`` to a service's ``/v1/<org>/<cycle>``."""

    @blueprint.route("/keys", methods=["GET"])
    @blueprint.response(
        200,
        description="NDJSON: position 0, then every change of the keys, as the root key signed them.",
        content_type="application/x-ndjson",
    )
    @problems(blueprint, 401, 403, 404, 503)
    @blueprint.doc(security=[{"bearer": []}])
    def keys(org: str, cycle: str) -> Response:
        """What the root key has signed, byte for byte: whose signature counts, from when.

        For whoever holds a grant in the ledger: position 0 names its first administrators.
        """
        principal = acting_principal()
        ledger = ledger_settings(org, cycle).ledger
        found = tables.ledger.c
        query = (
            select(found.value)
            .where(found.ledger == ledger, found.source == f"/root/{ledger}")
            .order_by(found.position)
        )
        with read_transaction(runtime().engine) as connection:
            if not grants_of(connection, ledger, principal.sub, runtime().clock.now(ledger, connection)):
                raise Problem("no-grant")
            lines = [bytes(value) + b"\n" for (value,) in connection.execute(query)]
        response = Response(b"".join(lines), content_type="application/x-ndjson")
        response.headers["Cache-Control"] = "private, no-store"
        return response

    @blueprint.route("/consistency", methods=["GET"])
    @blueprint.arguments(ConsistencyArgs, location="query")
    @blueprint.response(200, ConsistencyView)
    @problems(blueprint, 404, 409, 422, 503)
    def consistency(args: dict[str, int], org: str, cycle: str) -> dict[str, Any]:
        """That the ledger has only grown since it had ``first`` positions."""
        ledger = ledger_settings(org, cycle).ledger
        first = args["first"]
        with read_transaction(runtime().engine) as connection:
            size = reader.size(connection, ledger)
            leaves = list(reader.leaves(connection, ledger, size)) if first <= size else []
        if first > size:
            raise Problem(
                "beyond-ledger",
                f"Dịch vụ này mới đọc {size} vị trí của sổ, chưa tới {first}.",
                f"This service has read {size} positions of the ledger, not {first}.",
            )
        return {
            "first": first,
            "first_root": root_text(tree_root(leaves[:first])),
            "size": size,
            "root": root_text(tree_root(leaves)),
            "proof": [node.hex() for node in consistency_proof(leaves, first)],
        }
