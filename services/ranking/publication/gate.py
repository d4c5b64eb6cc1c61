"""The publication gate (audit 5): everything that stands in the way, each with a place to go.  Pure.

What nobody can check yet stands nowhere here: a witness's signature, an open appeal and its term are
absent, not passed.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.ranking.agenda import Agenda, agenda
from services.ranking.engine import Standings, State

UNOFFICIAL, OFFICIAL = "UNOFFICIAL", "OFFICIAL"


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest version that ranking has stated, whether the fold has met it yet or not."""

    version: int
    status: str
    digest: str


@dataclass(frozen=True, slots=True)
class Differing:
    """One thing that two folds differ in, in words; ``unit``: "" where it is no unit's."""

    vi: str
    en: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Around:
    """What the fold cannot know.

    ``digest``: of the standings shown.  ``shadow``: of a fresh fold from position 0.  ``gaps``: records that
    wait behind a missing number.  ``noise``: digests of the ledger's records that are not authentic.
    ``demonstration``: the ledger's clock is a scenario's.  ``newest``: None before the first version.
    ``differing``: what two folds were found to differ in.
    """

    digest: str
    shadow: str
    gaps: int = 0
    noise: frozenset[str] = frozenset()
    demonstration: bool = False
    newest: Newest | None = None
    differing: tuple[Differing, ...] = ()


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing in the way: a stable code, words, what it is about, and the page that shows it.

    ``items``: unit codes, positions or digests.  ``link`` is relative to the ledger's pages.
    """

    code: str
    vi: str
    en: str
    link: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gate:
    """What blocks a publication, and what the publisher should know but may go past."""

    blockers: tuple[Blocker, ...]
    warnings: tuple[Blocker, ...]

    @property
    def publishable(self) -> bool:
        """Whether nothing blocks."""
        return not self.blockers


def gate(state: State, standings: Standings, around: Around, status: str) -> Gate:
    """What stands between ``standings`` and a version of ``status`` (UNOFFICIAL, OFFICIAL).

    Without a rulebook or a unit there is nothing else to say.
    """
    if state.rulebook is None or not standings.rows():
        nothing = Blocker(
            "nothing-to-publish",
            "Chưa có gì để công bố: cần bộ tiêu chí và ít nhất một đơn vị.",
            "There is nothing to publish: a rulebook and at least one unit are needed.",
            "rulebook",
        )
        return Gate((nothing,), ())
    waiting = agenda(state, standings)
    blockers = [
        *_of_ledger(state, around),
        *_of_scores(waiting),
        *_of_round(state, standings),
        *_of_decisions(waiting),
        *_of_versions(around, status),
    ]
    if standings.status == "illustrative" and not around.demonstration:
        blockers.append(
            Blocker(
                "illustrative-rulebook",
                "Bộ tiêu chí minh họa chỉ công bố được trong sổ trình diễn.",
                "An illustrative rulebook can be published in a demonstration only.",
                "rulebook",
            )
        )
    return Gate(tuple(blockers), tuple(_warnings(state, waiting)))


def _of_versions(around: Around, status: str) -> list[Blocker]:
    """A version says something new, or makes official what everybody could look at before."""
    newest = around.newest
    same = newest is not None and newest.digest == around.digest
    if newest is not None and same and (newest.status, status) != (UNOFFICIAL, OFFICIAL):
        return [
            Blocker(
                "nothing-changed",
                f"Bảng xếp hạng không đổi so với phiên bản {newest.version}.",
                f"The standings are the same as in version {newest.version}.",
                f"publications/{newest.version}",
            )
        ]
    if status == OFFICIAL and not same:
        return [
            Blocker(
                "not-published-first",
                "Chưa có phiên bản CHƯA CHÍNH THỨC nào với đúng bảng này; công bố để các đơn vị xem trước.",
                "No UNOFFICIAL version says exactly this yet; publish one first: it can be contested.",
                "publications#publish",
            )
        ]
    return []


def _of_ledger(state: State, around: Around) -> list[Blocker]:
    found = []
    if around.gaps:
        found.append(
            Blocker(
                "open-gap",
                f"Sổ cái còn {around.gaps} sự kiện chờ một số bị thiếu; chờ bổ sung rồi công bố.",
                f"{around.gaps} events wait behind a missing number; publish when the gap is filled.",
                "publications#ledger",
            )
        )
    noise = sorted(around.noise - state.acknowledged_noise)
    if noise:
        found.append(
            Blocker(
                "noise",
                f"Có {len(noise)} bản ghi không xác thực chưa ai ghi nhận.",
                f"{len(noise)} records are not authentic, and nobody has acknowledged them.",
                "publications#ledger",
                tuple(noise),
            )
        )
    unread = [at for at, _ in state.uninterpreted_at if at not in state.acknowledged]
    if unread:
        found.append(
            Blocker(
                "not-understood",
                f"Có {len(unread)} sự kiện chưa hiểu được; ghi nhận hoặc nâng cấp phần mềm rồi công bố.",
                f"{len(unread)} events are not understood; acknowledge them, or upgrade the software first.",
                "publications#ledger",
                tuple(str(at) for at in unread),
            )
        )
    if around.shadow != around.digest:
        found.append(
            Blocker(
                "replay-differs",
                "Tính lại từ sự kiện đầu tiên cho kết quả khác; dừng công bố và báo người vận hành.",
                "A replay from the first event gives other standings; stop, and call the operator.",
                "publications#ledger",
                (around.shadow,),
            )
        )
    if around.differing:
        first, count = around.differing[0], len(around.differing)
        found.append(
            Blocker(
                "shadow-differs",
                f"Hai cách tính cho kết quả khác nhau ({count} cảnh báo còn mở), trước hết: {first.vi}.",
                f"Two ways of computing differ ({count} alarms are open), first: {first.en}.",
                "publications#shadow",
                tuple(sorted({one.unit for one in around.differing if one.unit})),
            )
        )
    return found


def _of_scores(waiting: Agenda) -> list[Blocker]:
    if not waiting.missing:
        return []
    leaves = sum(len(criteria) for _, criteria in waiting.missing)
    units = tuple(unit for unit, _ in waiting.missing)
    return [
        Blocker(
            "incomplete",
            f"{len(units)} đơn vị còn thiếu {leaves} điểm mà không có ngoại lệ của Ban Thường vụ.",
            f"{len(units)} units lack {leaves} values without an exception of the Standing Committee.",
            "decisions#missing",
            units,
        )
    ]


def _of_round(state: State, standings: Standings) -> list[Blocker]:
    if state.round is None:
        return [
            Blocker(
                "round-not-closed",
                "Đợt kiểm tra chưa kết thúc; kết quả chỉ công bố sau khi kết thúc đợt (kế hoạch, III.2).",
                "The round of inspections is not closed; results follow its end (plan III.2).",
                "publications#round",
            )
        ]
    settled = _forfeited(state) | {unit for unit, _ in state.round.exceptions}
    pending = tuple(
        row.sheet.unit for row in standings.rows() if not (row.sheet.concluded or row.sheet.unit in settled)
    )
    if not pending:
        return []
    return [
        Blocker(
            "inspection-pending",
            f"{len(pending)} đơn vị chưa có kết luận kiểm tra, chưa bị xác nhận không kiểm tra.",
            f"{len(pending)} units without a conclusion or a confirmed forfeit.",
            "publications#round",
            pending,
        )
    ]


def _forfeited(state: State) -> set[str]:
    """Units whose forfeit the Committee confirmed, and did not lift since; a rulebook may give it no veto."""
    notes = [
        (note.effective, note.type, note.subject)
        for note in state.decisions.values()
        if note.effective is not None and note.type.startswith("decision.forfeit_")
    ]
    newest = {subject: type_ for _, type_, subject in sorted(notes)}
    return {unit for unit, type_ in newest.items() if type_ == "decision.forfeit_confirmed.v1"}


def _of_decisions(waiting: Agenda) -> list[Blocker]:
    found = [
        Blocker(
            "tie-at-quota" if tie.why.startswith("TIE_AT_QUOTA") else "open-tie",
            f"Đồng hạng {tie.rank} ở khu vực {tie.area} cần Ban Thường vụ phân định.",
            f"The tie at rank {tie.rank} in area {tie.area} needs a decision.",
            "decisions#ties",
            tie.units,
        )
        for tie in waiting.ties
    ]
    held = [note for note in waiting.unanswered if note.effective is None]
    if held:
        found.append(
            Blocker(
                "unconfirmed-decision",
                f"{len(held)} quyết định do Văn phòng nhập chờ một thành viên xác nhận mới có hiệu lực.",
                f"{len(held)} decisions entered by the Office wait for a member before they count.",
                "decisions#unanswered",
                tuple(str(note.position) for note in held),
            )
        )
    if waiting.contested:
        found.append(
            Blocker(
                "disputed-decision",
                f"{len(waiting.contested)} quyết định bị một thành viên bác và chưa được xác nhận lại.",
                f"{len(waiting.contested)} decisions are disputed by a member and not confirmed since.",
                "decisions#contested",
                tuple(str(note.position) for note in waiting.contested),
            )
        )
    return found


def _warnings(state: State, waiting: Agenda) -> list[Blocker]:
    found = []
    in_force = state.adoptions[-1].position
    refused = [
        one.position for one in state.refused if one.type == "rulebook.adopted" and one.position > in_force
    ]
    if refused:
        found.append(
            Blocker(
                "rulebook-refused",
                "Có bộ tiêu chí ban hành sau nhưng không có hiệu lực; bảng này tính theo bộ trước.",
                "A rulebook adopted since did not take effect; these standings follow the one before.",
                "rulebook",
                tuple(str(at) for at in refused),
            )
        )
    counting = [note for note in waiting.unanswered if note.effective is not None]
    if counting:
        found.append(
            Blocker(
                "unanswered",
                f"{len(counting)} quyết định do Văn phòng nhập chưa được thành viên xác nhận; vẫn được tính.",
                f"{len(counting)} decisions entered by the Office are not confirmed by a member; they count.",
                "decisions#unanswered",
                tuple(str(note.position) for note in counting),
            )
        )
    if waiting.proposals:
        found.append(
            Blocker(
                "undecided",
                f"{len(waiting.proposals)} đề nghị thưởng, trừ chưa được quyết định; không được tính.",
                f"{len(waiting.proposals)} proposed bonuses and penalties are undecided; they do not count.",
                "decisions#proposals",
                tuple(str(one.position) for one in waiting.proposals),
            )
        )
    for code, marks, vi, en in (
        ("late", waiting.late, "điểm đến trễ không được tính", "late scores do not count"),
        ("stale", waiting.stale, "điều chỉnh dựa trên điểm đã đổi", "adjustments rest on another value"),
        (
            "disputed",
            waiting.disputed,
            "điểm nhập hộ không được nơi chịu trách nhiệm công nhận",
            "scores entered on behalf are disputed by the body responsible",
        ),
        (
            "adjustments",
            waiting.adjustments,
            "điều chỉnh mà đơn vị không đồng ý",
            "adjustments are disputed by their unit",
        ),
    ):
        if marks:
            found.append(
                Blocker(
                    code,
                    f"{len(marks)} {vi}.",
                    f"{len(marks)} {en}.",
                    f"decisions#{code}",
                    tuple(str(one.mark.position) for one in marks),
                )
            )
    return found
