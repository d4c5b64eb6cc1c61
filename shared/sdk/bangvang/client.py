"""The client: commands with receipts that were checked, and a ledger that may only grow.

client = Client("https://…", "hcmc/2020", token=fetch_token, acting_as="department@department:BTG",
                state=Path("bangvang.json"), root_key="<fingerprint from the Office>")
digest = client.rulebook().digest
receipt = client.record(Score(unit="QH-Q05", criterion="1.2", value="5.25", rulebook=digest))
"""

from __future__ import annotations

import logging
import re
import time
import unicodedata
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

from bangvang import pins
from bangvang.errors import HistoryChanged, NotVisibleYet, Refused, Unreachable, Untrusted
from bangvang.model import (
    ALL_OR_NOTHING,
    PARTIAL,
    Checkpoint,
    Fault,
    Proposal,
    Receipt,
    RowResult,
    Rulebook,
    Score,
    body_of,
)
from bangvang.proofs import Keys, canonical, grew_from, hash_bytes, keys_of, parse, root_bytes
from bangvang.transport import Backoff, Transport

MAX_ROWS = 1000
"""Rows that the service takes in one request; more are sent in several."""
MAX_BYTES = 900_000
"""A request's body is kept below the service's limit of 1 MiB."""
_LEDGER = re.compile(r"[a-z0-9-]{2,32}/[a-z0-9-]{2,16}")
_ROW = re.compile(r"\Ascores\.(\d+)(?:\.|\Z)")
_log = logging.getLogger("bangvang")


class Client:
    """The scores service at ``origin`` for one ``ledger`` ("org/cycle"), as one account.

    ``token``: a bearer token, or what gives a fresh one whenever asked.  ``acting_as``: ``role@scope``, for
    an account with several.  ``state``: the file that pins what was seen; None keeps it in this object only.
    ``root_key``: the fingerprint of the organisation's root key that the Office gave out by another way;
    None believes the first one seen.  Not to be shared by threads.
    """

    def __init__(
        self,
        origin: str,
        ledger: str,
        *,
        token: Callable[[], str] | str,
        acting_as: str | None = None,
        state: Path | None = None,
        root_key: str | None = None,
        backoff: Backoff | None = None,
        session: requests.Session | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not _LEDGER.fullmatch(ledger):
            raise ValueError(f"not a ledger, such as hcmc/2020: {ledger!r}")
        give = token if callable(token) else lambda: token
        self._transport = Transport(
            origin.rstrip("/"),
            give,
            acting_as,
            backoff or Backoff(),
            session=session or requests.Session(),
            sleep=sleep,
        )
        self._ledger = ledger
        self._state = state
        self._root_key = root_key
        self._sleep = sleep
        self._keys: Keys | None = None
        self._pins = pins.load(state) if state is not None else None
        if self._pins is not None and self._pins.ledger != ledger:
            raise ValueError(f"{state} is of {self._pins.ledger}, not of {ledger}")

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the connections go."""
        self._transport.session.close()

    # --- commands

    def record(self, score: Score, *, key: str | None = None) -> Receipt:
        """State one score.  ``key``: the Idempotency-Key, new for each command (default: a random one).

        Keep a key of your own where the process may die before the answer: the same key and score again is
        answered with the same receipt.  Raises ``Refused``, ``RulebookChanged``, ``Unreachable``,
        ``Untrusted``, ``HistoryChanged``.
        """
        return self._command("scores", body_of(score), "score.recorded.v1", score.unit, key)

    def record_batch(
        self, rows: Sequence[Score], mode: str = PARTIAL, *, key: str | None = None
    ) -> list[RowResult]:
        """State many scores; a result for each row, in order.

        ``partial``: good rows stand, bad ones say why; more than 1000 rows (or 900 kB) go in several
        requests, under keys made from ``key`` and the request's number.  ``all_or_nothing``: one bad row
        refuses all (``Refused``, its fields named ``scores.N.…``); ``ValueError`` beyond what one request
        takes, since several could not keep that promise.  ``Unreachable`` may leave earlier requests stored:
        send all again under ``key``.
        """
        if mode not in (PARTIAL, ALL_OR_NOTHING):
            raise ValueError(f"mode is {PARTIAL} or {ALL_OR_NOTHING}, not {mode!r}")
        parts = list(_parts(rows))
        if mode == ALL_OR_NOTHING and len(parts) > 1:
            raise ValueError(
                f"all_or_nothing takes {MAX_ROWS} rows and {MAX_BYTES} bytes, not {len(rows)} rows"
            )
        name = key or uuid.uuid4().hex
        results: list[RowResult] = []
        for number, part in enumerate(parts):
            results += self._part(part, len(results), mode, f"{name}.{number}" if number else name)
        return results

    def withdraw(
        self, unit: str, criterion: str, reason: str, *, stage: str = "department", key: str | None = None
    ) -> Receipt:
        """Withdraw the latest value of a stage: the older one shows again.  Raises as :meth:`record` does."""
        body = {"unit": unit, "criterion": criterion, "stage": stage, "reason": reason}
        return self._command("scores/withdraw", body, "score.withdrawn.v1", unit, key)

    def propose_bonus(self, proposal: Proposal, *, key: str | None = None) -> Receipt:
        """Propose a bonus; only the Standing Committee's decision makes it count."""
        return self._command("bonuses", body_of(proposal), "bonus.proposed.v1", proposal.unit, key)

    def propose_penalty(self, proposal: Proposal, *, key: str | None = None) -> Receipt:
        """Propose a penalty; only the Standing Committee's decision makes it count."""
        return self._command("penalties", body_of(proposal), "penalty.proposed.v1", proposal.unit, key)

    # --- reading

    def rulebook(self) -> Rulebook:
        """The rulebook in force; with its digest in the scores, none is made under another by mistake."""
        stated = self._transport.get(self._path("rulebook", "ranking")).json()
        return Rulebook(str(stated["digest"]), int(stated["position"]), stated["rulebook"])

    def read_your_writes(self, receipt: Receipt, *, seconds: float = 60.0) -> Mapping[str, Any]:
        """The standings, once they hold ``receipt``, as far as this account sees them.

        Raises ``NotVisibleYet`` after about so many ``seconds``.
        """
        path = self._path("standings", "ranking")
        limit = time.monotonic() + seconds
        while True:
            try:
                stated: Mapping[str, Any] = self._transport.get(path, {"after": receipt.after}).json()
                return stated
            except Unreachable as error:
                if time.monotonic() >= limit:
                    late = f"{receipt.after} is not in the standings after {seconds:g} s"
                    raise NotVisibleYet(late) from error

    def check_history(self) -> Checkpoint:
        """Ask for a proof that the ledger has only grown since the last checkpoint, and keep the new one.

        Done by itself before the first command; do it as often as you like.  Raises ``HistoryChanged`` and
        ``Untrusted``; the state file then stays as it is.
        """
        keys = self._known_keys()
        seen = self._pins
        path = self._path("consistency")
        first = 0 if seen is None else seen.size
        try:
            stated = self._transport.get(path, {"first": str(first)}).json()
        except Refused as error:
            if error.problem.name != "beyond-ledger":
                raise
            raise HistoryChanged(
                f"{self._ledger} had {first} positions and now has fewer: {error.problem.detail_en}"
            ) from error
        now = Checkpoint(int(stated["size"]), str(stated["root"]))
        proof = [hash_bytes(node) for node in stated["proof"]]
        if seen is not None and not grew_from(
            seen.size, root_bytes(seen.root), now.size, root_bytes(now.root), proof
        ):
            raise HistoryChanged(
                f"the first {seen.size} positions of {self._ledger} had the root {seen.root}; "
                f"there is no proof that they are the beginning of the {now.size} of now ({now.root})"
            )
        self._keep(pins.Pins(self._ledger, keys.root, keys.opening, now.size, now.root))
        return now

    # --- how

    def _part(self, part: Sequence[Score], start: int, mode: str, key: str) -> list[RowResult]:
        self._trusted()
        body = {"scores": [body_of(row) for row in part], "mode": mode}
        try:
            answer = self._transport.post(self._path("scores/batch"), body, key)
        except Refused as error:
            faults = _by_row(error.problem.faults, len(part))
            if mode != PARTIAL or faults is None:
                raise
            return [RowResult(start + row, faults=faults[row]) for row in range(len(part))]
        stated = parse(answer.content)
        receipts = iter(self._receipts(answer, stated, "score.recorded.v1"))
        results: list[RowResult] = []
        for row, said in zip(part, _rows(stated, len(part)), strict=True):
            number = start + len(results)
            if said["accepted"]:
                receipt = next(receipts, None)
                results.append(RowResult(number, _same(receipt, row.unit, body_of(row))))
            else:
                results.append(
                    RowResult(number, faults=tuple(_in_row(Fault.of(one)) for one in said["errors"]))
                )
        return results

    def _command(self, path: str, body: Mapping[str, Any], type_: str, unit: str, key: str | None) -> Receipt:
        self._trusted()
        answer = self._transport.post(self._path(path), body, key or uuid.uuid4().hex)
        receipts = self._receipts(answer, parse(answer.content), type_)
        return _same(receipts[0] if receipts else None, unit, body)

    def _receipts(self, answer: requests.Response, stated: Mapping[str, Any], type_: str) -> list[Receipt]:
        """Receipts of one type, in order; all were checked, also what the service adds of itself."""
        replay = answer.headers.get("Idempotent-Replay") == "true"
        found = []
        for event in stated.get("receipts", ()):
            if not isinstance(event, dict):
                raise Untrusted("a receipt that is no event")
            self._check(event)
            if event["type"] == type_:
                found.append(Receipt(canonical(event), event, replay))
        return found

    def _check(self, event: Mapping[str, Any]) -> None:
        keys = self._known_keys()
        if event.get("keyid") not in keys.keys:  # a key may have been added since
            keys = self._known_keys(afresh=True)
        keys.check(event, "scores")

    def _trusted(self) -> None:
        """Before the first command: the keys are of the pinned ledger, and it has only grown."""
        if self._keys is None:
            self.check_history()

    def _known_keys(self, *, afresh: bool = False) -> Keys:
        if self._keys is not None and not afresh:
            return self._keys
        lines = self._transport.get(self._path("keys")).content.splitlines()
        found = keys_of(self._ledger, lines)
        if self._root_key is not None and found.root != self._root_key:
            raise Untrusted(f"the root key of {self._ledger} is {found.root}, not {self._root_key}")
        seen = self._pins
        if seen is not None and (found.root, found.opening) != (seen.root_key, seen.opening):
            raise HistoryChanged(
                f"{self._ledger} was opened by another event than the one seen before; its root key is now "
                f"{found.root} and was {seen.root_key}"
            )
        if self._root_key is None and seen is None:
            _log.warning("the root key of %s is believed at first sight: %s", self._ledger, found.root)
        self._keys = found
        return found

    def _keep(self, seen: pins.Pins) -> None:
        self._pins = seen
        if self._state is not None:
            pins.save(self._state, seen)

    def _path(self, path: str, service: str = "scores") -> str:
        return f"/{service}/v1/{self._ledger}/{path}"


def _parts(rows: Sequence[Score]) -> Iterator[list[Score]]:
    """``rows`` in the requests that they go in; the same rows always in the same ones."""
    part: list[Score] = []
    size = 0
    for row in rows:
        length = len(canonical(body_of(row)))
        if part and (len(part) == MAX_ROWS or size + length > MAX_BYTES):
            yield part
            part, size = [], 0
        part.append(row)
        size += length + 2  # a comma and a space
    if part:
        yield part


def _rows(stated: Mapping[str, Any], wanted: int) -> Sequence[Mapping[str, Any]]:
    rows = stated.get("rows")
    if not isinstance(rows, list) or len(rows) != wanted:
        raise Untrusted(f"a batch of {wanted} rows was not answered with {wanted} results")
    return rows


def _by_row(faults: Sequence[Fault], rows: int) -> list[tuple[Fault, ...]] | None:
    """The faults of each row, or None unless every row has one: then it is the request that is refused."""
    found: list[list[Fault]] = [[] for _ in range(rows)]
    for fault in faults:
        place = _ROW.match(fault.field or "")
        if place is None or int(place.group(1)) >= rows:
            return None
        found[int(place.group(1))].append(_in_row(fault))
    return [tuple(some) for some in found] if all(found) else None


def _in_row(fault: Fault) -> Fault:
    """``fault`` with its field named as the row names it: ``value``, not ``scores.7.value``."""
    return replace(fault, field=_ROW.sub("", fault.field or "") or None)


def _same(receipt: Receipt | None, unit: str, sent: Mapping[str, Any]) -> Receipt:
    """``receipt``, if it states what was sent.  Raises ``Untrusted``."""
    if receipt is None:
        raise Untrusted("the command was accepted without a receipt")
    told = {name: value for name, value in sent.items() if name not in ("unit", "department")}
    stated = {name: receipt.data.get(name) for name in told}
    if receipt.subject != unit or _composed(stated) != _composed(told):
        raise Untrusted(f"receipt {receipt.id} states another fact than the one that was sent")
    return receipt


def _composed(value: Any) -> Any:
    """``value`` with every text in NFC, as the service stores it."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {name: _composed(item) for name, item in value.items()}
    return [_composed(item) for item in value] if isinstance(value, list) else value
