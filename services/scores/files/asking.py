"""What an upload would state, whoever asks: its entries, its kind's schema, and the dry decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from marshmallow import Schema

from services.scores.board import Board
from services.scores.deciding.setup import in_force
from services.scores.files.keeping import SCORES, Upload
from services.scores.files.preview import Located, Preview, preview
from services.scores.files.register import REGISTERS, register_entries
from services.scores.files.scoring import Context, on_behalf, score_entries, stated_rulebook
from services.scores.kept.bodies import Body
from services.scores.schemas import ScoreSchema
from shared.deciding import Caller
from shared.decisions import Refused
from shared.events.envelope import instant
from shared.files.entries import CHANGED, Entry
from shared.files.grid import Grid

_YET_TO_BE_GIVEN = "…"


@dataclass(frozen=True, slots=True)
class Said:
    """What is asked once for the whole file, as far as it was given, and who filled it in."""

    reason: str | None = None
    document: str | None = None
    entered_by: str | None = None


def schema_of(kind: str) -> type[Schema]:
    """The schema of one row of a request of this kind."""
    return ScoreSchema if kind == SCORES else REGISTERS[kind].schema


def entries_of(upload: Upload, board: Board, caller: Caller, said: Said) -> Sequence[Entry]:
    """The entries of ``upload`` against what stands on ``board``."""
    if upload.kind != SCORES:
        return register_entries(upload.grid, REGISTERS[upload.kind], board)
    context = Context(
        board,
        in_force(board.state),
        Body.parse(upload.body),
        instant(caller.now),
        upload.rulebook,
        said.reason,
        said.document,
        said.entered_by,
    )
    return score_entries(upload.grid, context)


def looked_at(upload: Upload, board: Board, caller: Caller) -> Preview:
    """What confirming ``upload`` would do now, its reason and source document taken as given."""
    said = Said(upload.reason or _YET_TO_BE_GIVEN, upload.document or _YET_TO_BE_GIVEN)
    entries = entries_of(upload, board, caller, said)
    seen = preview(entries, schema_of(upload.kind), upload.kind, board.state, caller)
    return replace(seen, faults=tuple(_as_given(one, upload.grid) for one in seen.faults))


def _as_given(one: Located, read: Grid) -> Located:
    """The fault with what stands in its cell, as it was typed."""
    cell = read.cell(one.sheet, one.cell)
    return one if cell is None else replace(one, fault=replace(one.fault, value=cell.text))


def needs(upload: Upload, board: Board, seen: Preview) -> tuple[str, ...]:
    """What is still to be given with the confirmation: ``reason``, ``document``."""
    if upload.kind != SCORES:
        return ()
    wanted = []
    if upload.reason is None and any(entry.was and entry.becomes == CHANGED for entry in seen.entries):
        wanted.append("reason")
    if upload.document is None and on_behalf(Body.parse(upload.body), board):
        wanted.append("document")
    return tuple(wanted)


def check_made_for(upload: Upload, ledger: str) -> None:
    """Refuse a template that was made for another ledger, body or rulebook: its cells mean other things."""
    marks = upload.read.marks
    stated = {
        "ledger": (marks.get("ledger"), ledger),
        "body": (marks.get("body"), upload.body),
        "rulebook": (stated_rulebook(upload.read), upload.rulebook),
    }
    words = {
        "ledger": ("sổ khác", "another ledger"),
        "body": ("nơi khác", "another body"),
        "rulebook": ("bộ tiêu chí khác", "another rulebook"),
    }
    for name, (made_for, wanted) in stated.items():
        if upload.kind == SCORES and made_for is not None and made_for != wanted:
            vi, en = words[name]
            raise Refused(
                "template-of-another",
                f"Tệp mẫu của {vi}: {made_for[:80]}; ở đây là {wanted}. Tải tệp mẫu mới rồi chép số sang.",
                f"A template of {en}: {made_for[:80]}; here it is {wanted}. Fetch a new template and copy "
                "your numbers into it.",
                field="file",
                value=made_for[:80],
                status=409,
            )
