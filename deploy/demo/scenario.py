"""The city's 2020 cycle as a list of timed commands, from its files and fixed dice.  Pure.

Six units get exactly the official inputs that the files fix; the others get plausible ones.  Two send no full
pack in time: the Committee confirms the forfeit of one, and declines that of the other, which is inspected.
The round closes with four exceptions: 62 of 66 units are inspected.  The Committee lets three of the four be
published without class, and a first version is published.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any, Final
from zoneinfo import ZoneInfo

from deploy.demo import timeline, words
from deploy.demo.command import Command, NumbersOf
from deploy.demo.data import CycleFiles, FixedInput, Session, Unit
from deploy.demo.dice import Dice
from deploy.demo.timeline import Timeline, days_from
from deploy.demo.values import Maker, Raw
from deploy.demo.visits import ASKED, DELEGATED, Dispute, Visits
from shared.rulebook import RESCALED, evaluate
from shared.rulebook.model import TEAM, Leaf, Rulebook
from shared.rulebook.number import shortest

PHASES: Final = (
    "setup",
    "round",
    "self-scores",
    "body-scores",
    "packs",
    "proposals",
    "inspections",
    "decisions",
    "publication",
)
ADMIN: Final = "quantri"
OFFICE: Final = "vanphong"
COMMITTEE: Final = "banthuongvu"
AUDITOR: Final = "kiemtra"
OFFICE_CODE: Final = "VP"
SPEAKERS: Final = ("department", "federation")
"""Kinds of departments that enter their own scores; the Office enters for the others (plan III.3)."""
SYSTEM_OF: Final = {"BTC": "hethong.btc"}
"""Departments whose scores come from a system of their own."""

INCOMPLETE_PACK: Final = "CNLD-TN07"
"""Its pack lacks a document: a forfeit case, which the Committee confirms."""
LATE_PACK: Final = "CNLD-TN12"
"""Its pack came late after an outage of this system: a forfeit case, which the Committee declines."""
MOVED: Final = ("LLVT-TNXP", "CNLD-TN15", "CNLD-TN16")
"""Units whose session their team leader moved, and which could not be inspected then either (plan III.4)."""
AMENDED: Final = "QH-Q02"
"""A unit whose conclusion its leader amended afterwards, in words only."""
OVERRIDDEN: Final = "CNLD-TN09"
"""A unit whose inspection its leader opened while the score of :data:`MISSING` had not come (plan III.3)."""
MISSING: Final = "1.3"
NOT_INSPECTED: Final = frozenset({INCOMPLETE_PACK, *MOVED})
ENTERED_BY_OFFICE: Final = 2
"""So many decisions the Office enters from the minutes; no member has confirmed them when the story ends."""
SEED: Final = "bang-vang-2020"
CONFIRMS: Final = "TST"
"""A public service unit that confirms what the Office entered for it."""
DISPUTES: Final = "DVSN_VIECLAM"
"""One that disputes a single value and confirms the rest; the others say nothing."""


RULED_AS: Final[Mapping[str, str]] = {
    "record_evaluation": "record_score",
    "confirm_scores": "answer_entry",
    "dispute_score": "answer_entry",
    "withdraw_member": "nominate_member",
    "decline_reschedule": "answer_reschedule",
    "acknowledge_adjustment": "answer_adjustment",
    "dispute_adjustment": "answer_adjustment",
}
"""Commands that go by another one's rule."""


def scenario(files: CycleFiles, seed: str = SEED) -> tuple[Command, ...]:
    """The whole story, sorted by time, phases in the order of :data:`PHASES`."""
    teller = _Teller(files, Dice(seed))
    told = [
        *teller.setup(),
        *teller.round(),
        *teller.visits.nominations(),
        *teller.visits.briefings(),
        *teller.visits.readiness(),
        *teller.self_scores(),
        *teller.body_scores(),
        *teller.packs(),
        *teller.visits.handed_on(),
        *teller.proposals(),
        *teller.visits.requests(),
        *teller.inspections(),
        *teller.missing_score(),
        *teller.answers(),
        *teller.visits.reflections(),
        *teller.decisions(),
        *teller.close(),
        *teller.publication(),
    ]
    return tuple(
        sorted(told, key=lambda command: command.at)
    )  # stable: the order told holds within an instant


def secretary_of(unit: str) -> str:
    """Account of the secretary of ``unit``."""
    return f"bithu.{unit.lower()}"


def specialist_of(department: str) -> str:
    """Account that enters the scores of ``department``."""
    return SYSTEM_OF.get(department, f"chuyenvien.{department.lower()}")


def head_of(department: str) -> str:
    """Account of the head of ``department``, who also answers for what is entered for it."""
    return f"truong.{department.lower()}"


class _Teller:
    def __init__(self, files: CycleFiles, dice: Dice) -> None:
        self.files = files
        self.book: Rulebook = files.rulebook
        self.dice = dice
        self.make = Maker(files.rulebook, dice)
        self.time = Timeline(ZoneInfo(files.rulebook.identity.timezone))
        self.units = files.open_units
        self.fixed_units = {row.unit for row in files.fixed}
        self.fixed: dict[tuple[str, str, str], FixedInput] = {
            (row.unit, row.code, row.stage): row for row in files.fixed if row.kind == "score"
        }
        self.kind = {entry.code: entry.kind for entry in files.departments}
        self.session = {session.unit: session for session in files.sessions}
        self.leader = {entry.team: entry.person for entry in files.members if entry.role == "leader"}
        self.secretary = {entry.team: entry.person for entry in files.members if entry.role == "secretary"}
        accounts = {unit.code: secretary_of(unit.code) for unit in self.units}
        self.visits = Visits(files, self.time, accounts, OFFICE)

    # --- setup: cycle, rulebook, register, grants

    def setup(self) -> Iterator[Command]:
        at = self.time.at(timeline.SET_UP, 8)
        period = {
            "from": self.book.period.start.isoformat(),
            "to": self.book.period.end.isoformat(),
        }
        yield self._admin(
            at,
            "open_cycle",
            "cycle",
            {"name": words.CYCLE, "period": period},
        )
        yield self._admin(at, "adopt_rulebook", "rulebook", {"rulebook": self.book.document.decode()})
        yield self._admin(at, "register_department", "departments", {"departments": self._departments()})
        yield self._admin(
            at, "register_unit", "units", {"units": [_register_row(one) for one in self.files.units]}
        )
        for sub, role, scope in self._hats():
            grant = f"{role}.{sub}"
            body = {
                "grant": grant,
                "sub": sub,
                "role": role,
                "scope": scope,
                "from": at,
            }
            yield self._admin(
                self.time.at(timeline.SET_UP, 9),
                "give_grant",
                f"grant.{grant}",
                body,
                grant,
            )
        for stage, day, criterion in self._due():
            body = {"stage": stage, "due": self.time.at(day, 0), "document": words.PLAN}
            if criterion:
                body["criterion"] = criterion
            key = f"due.{stage}.{criterion}" if criterion else f"due.{stage}"
            yield self._admin(self.time.at(timeline.SET_UP, 10), "set_due", key, body)

    def _due(self) -> Iterator[tuple[str, date, str]]:
        """Days whose beginning is too late: of the sheets, of the two evaluations, of all other scores."""
        yield "self", timeline.SELF_DUE, ""
        yield "external", timeline.DEPARTMENTS_DUE, ""
        for leaf in self.book.leaves:
            if leaf.stage == "external" and leaf.period is None:
                yield "external", timeline.EXTERNAL_DUE, leaf.id
        yield "department", timeline.DEPARTMENTS_DUE, ""

    def _departments(self) -> list[dict[str, str]]:
        rows = []
        for department in self.files.departments:
            row = {"code": department.code, "name": department.name, "kind": department.kind}
            if department.entered_by:
                row["entered_by"] = department.entered_by
            rows.append(row)
        return rows

    def _hats(self) -> Iterator[tuple[str, str, str]]:
        yield OFFICE, "office", "ledger"
        yield COMMITTEE, "standing_committee", "ledger"
        yield AUDITOR, "auditor", "ledger"
        for department in self.files.departments:
            if department.kind in SPEAKERS:
                yield (
                    f"chuyenvien.{department.code.lower()}",
                    "department",
                    f"department:{department.code}",
                )
            yield head_of(department.code), "department_head", f"department:{department.code}"
        for code, system in SYSTEM_OF.items():
            yield system, "department", f"department:{code}"
        for unit in self.units:
            yield secretary_of(unit.code), "unit", f"unit:{unit.code}"

    # --- the round: teams and schedule

    def round(self) -> Iterator[Command]:
        at = self.time.at(timeline.ROUND, 8, 30)
        calendar = {"calendar": self.files.calendar, "document": words.PLAN}
        yield self._office(at, "round", "inspections", "adopt_calendar", "calendar.1", calendar)
        yield self._office(at, "round", "inspections", "open_round", "round", words.ROUND)
        for team in sorted({entry.team for entry in self.files.members}):
            members = [
                {
                    "person": one.person,
                    "role": one.role,
                    "name": one.name,
                    "department": one.department,
                }
                for one in self.files.members
                if one.team == team
            ]
            body = {"team": team, "members": members}
            yield self._office(at, "round", "inspections", "form_team", f"team.{team}", body, team)
        at = self.time.at(timeline.ROUND, 14)
        sessions = [
            {"unit": one.unit, "team": one.team, "date": one.date, "session": one.session}
            for one in self.files.sessions
        ]
        yield self._office(at, "round", "inspections", "schedule", "schedule.1", {"sessions": sessions})

    # --- scores: units of themselves, bodies of the units

    def self_scores(self) -> Iterator[Command]:
        days = days_from(timeline.SELF_FIRST, timeline.SELF_DAYS)
        for number, unit in enumerate(self.units):
            at = self.time.at(days[number * len(days) // len(self.units)], 9)
            leaves = [leaf for leaf in self._leaves(unit) if leaf.self_scored]
            entries = [{"criterion": leaf.id, **self._own(leaf, unit).fields()} for leaf in leaves]
            yield Command(
                at,
                "self-scores",
                "scores",
                "submit_sheet",
                secretary_of(unit.code),
                f"unit@unit:{unit.code}",
                f"self.{unit.code}",
                unit.code,
                {"unit": unit.code, "entries": entries},
            )

    def body_scores(self) -> Iterator[Command]:
        leaves = [leaf for leaf in self.book.leaves if leaf.owner != TEAM]
        for number, leaf in enumerate(leaves):
            external = leaf.stage == "external"
            day = timeline.BODIES[1] if external else timeline.BODIES[number * 3 // len(leaves)]
            at = self.time.at(day, 8 + number % 3 * 3)
            given = [
                (unit, raw)
                for unit in self.units
                if unit.area in leaf.max and (raw := self._official(leaf, unit)) is not None
                if (unit.code, leaf.id) != (OVERRIDDEN, MISSING)
            ]
            sub, hat = self._who_enters(leaf.owner)
            key = f"body.{leaf.id}"
            if external:
                body = self._evaluation(leaf, number, given)
                yield Command(at, "body-scores", "scores", "record_evaluation", sub, hat, key, "", body)
            else:
                body = {"scores": [self._score(unit, leaf, raw, number) for unit, raw in given]}
                yield Command(at, "body-scores", "scores", "record_score", sub, hat, key, "", body)
        yield from self._answers()

    def missing_score(self) -> Iterator[Command]:
        """The score without which one inspection was opened comes days later (plan III.3)."""
        leaf = self.book.leaf[MISSING]
        unit = next(one for one in self.units if one.code == OVERRIDDEN)
        raw = self._official(leaf, unit)
        assert raw is not None
        sub, hat = self._who_enters(leaf.owner)
        body = {"scores": [self._score(unit, leaf, raw, 0)]}
        at, key = self.time.at(timeline.MISSING_CAME, 9), f"late.{leaf.id}.{unit.code}"
        yield Command(at, "inspections", "scores", "record_score", sub, hat, key, unit.code, body)

    def _evaluation(self, leaf: Leaf, number: int, given: Sequence[tuple[Unit, Raw]]) -> dict[str, Any]:
        """One document about all units of the areas to which the criterion applies (plan III.3)."""
        body: dict[str, Any] = {
            "criterion": leaf.id,
            "document": words.REPORT.format(number=number, body=leaf.owner),
            "addressed_to": leaf.deliver_to,
            "entries": [{"unit": unit.code, **raw.fields()} for unit, raw in given],
        }
        return body if leaf.period is None else {**body, "period": leaf.period}

    def _answers(self) -> Iterator[Command]:
        """What bodies say of what was entered for them: one agrees, one objects, the others are silent."""
        at = self.time.at(timeline.ANSWERS, 9)
        for leaf in self.book.leaves:
            if leaf.owner not in (CONFIRMS, DISPUTES):
                continue
            entered, objects = f"body.{leaf.id}", leaf.owner == DISPUTES
            sub, hat = head_of(leaf.owner), f"department_head@department:{leaf.owner}"
            listed = {"scores": NumbersOf(entered, first=1 if objects else None)}
            key = f"confirm.{leaf.id}"
            yield Command(at, "body-scores", "scores", "confirm_scores", sub, hat, key, "", listed)
            if objects:
                body = {"score": NumbersOf(entered, last=1, one=True), "text": words.DISPUTED}
                key = f"dispute.{leaf.id}"
                yield Command(at, "body-scores", "scores", "dispute_score", sub, hat, key, "", body)
        school = next(leaf for leaf in self.book.leaves if leaf.period is not None)
        for unit in [unit for unit in self.units if unit.area in school.max][::2]:
            yield Command(
                at,
                "body-scores",
                "scores",
                "acknowledge_evaluation",
                secretary_of(unit.code),
                f"unit@unit:{unit.code}",
                f"acknowledge.{unit.code}",
                unit.code,
                {"unit": unit.code},
            )

    def _who_enters(self, owner: str) -> tuple[str, str]:
        if self.kind[owner] in SPEAKERS:
            return specialist_of(owner), f"department@department:{owner}"
        return OFFICE, "office@ledger"

    def _leaves(self, unit: Unit) -> list[Leaf]:
        return [leaf for leaf in self.book.leaves if unit.area in leaf.max]

    def _score(self, unit: Unit, leaf: Leaf, raw: Raw, number: int) -> dict[str, Any]:
        score: dict[str, Any] = {
            "unit": unit.code,
            "criterion": leaf.id,
            "stage": leaf.stage,
            **raw.fields(),
        }
        if self.kind[leaf.owner] not in SPEAKERS:
            score["document"] = words.REPORT.format(number=number, body=leaf.owner)
        if leaf.owner in SYSTEM_OF:
            score["external_ref"] = f"{leaf.owner}/{leaf.id}/{unit.code}"
        return score

    def _own(self, leaf: Leaf, unit: Unit) -> Raw:
        row = self.fixed.get((unit.code, leaf.id, "self"))
        if row is not None:
            return _raw(row)
        found = self.fixed.get((unit.code, leaf.id, leaf.stage))
        if found is not None:
            return self.make.above(leaf, unit.code, unit.area, _raw(found))
        return self.make.own(leaf, unit.code, unit.area)

    def _official(self, leaf: Leaf, unit: Unit) -> Raw | None:
        row = self.fixed.get((unit.code, leaf.id, leaf.stage))
        if row is not None:
            return _raw(row)
        return None if unit.code in self.fixed_units else self.make.official(leaf, unit.code, unit.area)

    # --- packs

    def packs(self) -> Iterator[Command]:
        for number, unit in enumerate(self.units):
            if unit.code == LATE_PACK:
                continue
            day = timeline.PACKS[number * 2 // len(self.units)]
            if self.session[unit.code].date == "2020-11-09":
                day = timeline.PACKS[0]
            yield self._pack(unit, self.time.at(day, 10 + number % 2 * 5), "packs")

    def _pack(self, unit: Unit, at: str, phase: str) -> Command:
        wanted = [
            entry for entry in self.book.required_documents if entry.areas is None or unit.area in entry.areas
        ]
        if unit.code == INCOMPLETE_PACK:
            wanted = wanted[:-1]
        files = {
            entry.id: words.FILE.format(label=entry.label, name=unit.name, unit=unit.code).encode()
            for entry in wanted
        }
        manifest = [
            {
                "document": document,
                "name": f"{document.lower()}-{unit.code.lower()}.txt",
                "sha256": f"sha256:{hashlib.sha256(content).hexdigest()}",
                "size": len(content),
            }
            for document, content in files.items()
        ]
        return Command(
            at,
            phase,
            "inspections",
            "receive_pack",
            secretary_of(unit.code),
            f"unit@unit:{unit.code}",
            f"pack.{unit.code}.1",
            unit.code,
            {"unit": unit.code, "manifest": manifest},
            files=files,
        )

    # --- proposals of bonus and penalty

    def proposals(self) -> Iterator[Command]:
        # The same deed is proposed once, whoever proposes; two decisions are the fold's to judge.
        rows = {(row.unit, row.code, row.ref): row for row in self._amounts()}
        for row in rows.values():
            what = "bonus" if row.code.startswith("T") else "penalty"
            owner = self.dice.pick(words.PROPOSERS[row.code], row.unit, row.ref, "proposer")
            sub, hat = self._who_enters(owner)
            name = f"{row.ref.lower()}.pdf"
            evidence = {
                "name": name,
                "sha256": self.dice.digest(row.unit, row.ref),
                "size": self.dice.between(20_000, 900_000, row.unit, row.ref, "size"),
            }
            body = {
                "unit": row.unit,
                "code": row.code,
                "occurrence_ref": row.ref,
                "occurred_on": self._day_of(row).isoformat(),
                "basis": words.BASIS[row.code].format(ref=row.ref),
                "evidence": [evidence],
            }
            key = f"propose.{row.unit}.{row.code}.{row.ref}"
            at = self.time.at(timeline.PROPOSALS, 9 if what == "bonus" else 14)
            yield Command(
                at,
                "proposals",
                "scores",
                f"propose_{what}",
                sub,
                hat,
                key,
                row.unit,
                body,
            )

    def _amounts(self) -> Iterator[FixedInput]:
        """Occurrences of bonus and penalty: the fixed ones in the order of the file, then made ones."""
        yield from (row for row in self.files.fixed if row.kind == "adjustment")
        for unit in self.units:
            if unit.code in self.fixed_units:
                continue
            for code, sides, ref in (
                ("T1", 3, "MH"),
                ("T2", 5, "DC"),
                ("P1", 4, "BC"),
                ("P2", 7, "VH"),
            ):
                if self.dice.one_in(sides, unit.code, code):
                    yield FixedInput(
                        "adjustment",
                        unit.code,
                        code,
                        "",
                        "",
                        "",
                        f"{ref}-{unit.code}-1",
                    )

    def _day_of(self, row: FixedInput) -> date:
        return date(
            2020,
            self.dice.between(1, 9, row.unit, row.ref, "month"),
            self.dice.between(1, 28, row.unit, row.ref),
        )

    # --- inspections

    def inspections(self) -> Iterator[Command]:
        by_code = {unit.code: unit for unit in self.units}
        yield self._veto()
        yield from self._cases()
        yield self._pack(by_code[LATE_PACK], self.time.at(timeline.LATE_PACK, 8, 30), "inspections")
        yield from self._moved_sessions()
        for session in self.files.sessions:
            if session.unit in NOT_INSPECTED:
                continue
            unit = by_code[session.unit]
            day = date.fromisoformat(session.date)
            begin, end = (8, 11) if session.session == "MORNING" else (14, 16)
            yield self._team(
                self.time.at(day, begin),
                "open_inspection",
                f"open.{unit.code}",
                session,
                {"unit": unit.code, "team": session.team, **_override(unit)},
            )
            yield from self.visits.held(session, day, end)
            signed = self._team(
                self.time.at(day, end, 30),
                "sign_conclusion",
                f"conclude.{unit.code}",
                session,
                self._conclusion(unit, session),
            )
            if unit.code == DELEGATED:
                hat = f"team_member@team:{session.team}"
                signed = replace(signed, sub=self.visits.delegate(session), acting_as=hat)
            yield signed
        session = self.session[AMENDED]
        amended = {"reason": words.AMENDED, "orientation": words.ORIENTATIONS[-1]}
        at = self.time.at(timeline.AMENDED, 9)
        yield self._team(at, "amend_conclusion", f"amend.{AMENDED}", session, amended)

    def _cases(self) -> Iterator[Command]:
        """No full pack before the cut-off: an outage of ours, two cases, and the Committee's word on each."""
        begins, ends = (self.time.at(timeline.OUTAGE, hour) for hour in (19, 22))
        outage = {"from": begins, "to": ends, "text": words.OUTAGE}
        at = self.time.at(timeline.CASES, 7, 30)
        yield self._office(at, "inspections", "inspections", "record_outage", "outage.1", outage)
        decided = (
            (INCOMPLETE_PACK, "confirmed", words.FORFEITED),
            (LATE_PACK, "declined", words.DECLINED),
        )
        at = self.time.at(timeline.CASES, 8)
        for code, _, _ in decided:
            case = self._office(
                at, "inspections", "inspections", "open_case", f"case.{code}", {"unit": code}, code
            )
            yield replace(case, already="case-open")
        at = self.time.at(timeline.CASES_DECIDED, 9)
        for number, (code, outcome, text) in enumerate(decided, start=91):
            minutes = self._minutes(number, text, timeline.CASES_DECIDED)
            body = {"unit": code, "outcome": outcome, **minutes}
            yield self._committee(at, "decide_forfeit", f"forfeit.{code}", code, body, "inspections")

    def _moved_sessions(self) -> Iterator[Command]:
        for number, code in enumerate(MOVED):
            session = self.session[code]
            body: dict[str, Any] = {
                "unit": code,
                "team": session.team,
                "date": timeline.MOVED_TO.isoformat(),
                "session": ("MORNING", "AFTERNOON")[number % 2],
                "reason": words.MOVED,
            }
            if code == ASKED:
                body["request"] = NumbersOf(f"ask.{code}", one=True)
            at = self.time.at(timeline.MOVED, 16)
            yield self._team(at, "schedule", f"schedule.{code}.2", session, {"sessions": [body]})

    def _veto(self) -> Command:
        row = next(row for row in self.files.fixed if row.kind == "fact" and row.code.startswith("veto:"))
        body = {"unit": row.unit, "veto": row.code.removeprefix("veto:"), "document": row.ref}
        at = self.time.at(timeline.PROPOSALS, 16)
        return Command(
            at,
            "proposals",
            "scores",
            "record_veto",
            OFFICE,
            "office@ledger",
            f"veto.{row.unit}",
            row.unit,
            body,
        )

    def _conclusion(self, unit: Unit, session: Session) -> dict[str, Any]:
        first = [leaf for leaf in self._leaves(unit) if leaf.owner == TEAM]
        scores = []
        for leaf in first:
            raw = self._official(leaf, unit)
            assert raw is not None
            scores.append({"criterion": leaf.id, "value": raw.value})
        return {
            "unit": unit.code,
            "team": session.team,
            "strengths": self.dice.pick(words.STRENGTHS, unit.code, "strengths"),
            "limitations": self.dice.pick(words.LIMITATIONS, unit.code, "limitations"),
            "orientation": self.dice.pick(words.ORIENTATIONS, unit.code, "orientation"),
            "scores": scores,
            "adjustments": list(self._adjustments(unit)),
            "recognised_models": [
                {
                    "ref": f"MHGP.{unit.code}.{number}",
                    "title": words.MODELS[(number + len(unit.name)) % len(words.MODELS)],
                }
                for number in range(1, self._models(unit) + 1)
            ],
        }

    def _models(self, unit: Unit) -> int:
        for row in self.files.fixed:
            if row.kind == "fact" and row.unit == unit.code and row.code == "recognised_models":
                return int(row.value)
        return 0 if unit.code in self.fixed_units else self.dice.between(0, 2, unit.code, "models")

    def _adjustments(self, unit: Unit) -> Iterator[dict[str, Any]]:
        for leaf in self._leaves(unit):
            if leaf.owner == TEAM:
                continue
            to = self._adjusted(leaf, unit)
            if to is not None:
                yield {
                    "criterion": leaf.id,
                    "from_self": self._points(leaf, unit, "self", self._own(leaf, unit))
                    if leaf.self_scored
                    else None,
                    "from_effective": self._points(leaf, unit, leaf.stage, self._official(leaf, unit)),
                    "to": to,
                    "reason": self.dice.pick(words.ADJUSTED, unit.code, leaf.id, "reason"),
                }

    def _adjusted(self, leaf: Leaf, unit: Unit) -> str | None:
        row = self.fixed.get((unit.code, leaf.id, "inspection"))
        if row is not None:
            return row.value
        if unit.code in self.fixed_units or leaf.input != "direct" or leaf.stage != "department":
            return None
        if not self.dice.one_in(16, unit.code, leaf.id, "adjusted"):
            return None
        raw = self._official(leaf, unit)
        assert raw is not None
        assert raw.value is not None
        step = self.book.number.step
        moved = Fraction(raw.value) + (step if self.dice.one_in(2, unit.code, leaf.id, "up") else -step)
        return shortest(max(Fraction(0), min(leaf.max[unit.area], moved)))

    def _points(self, leaf: Leaf, unit: Unit, stage: str, raw: Raw | None) -> str | None:
        if raw is None:
            return None
        points = evaluate(self.book, unit.area, leaf.id, stage, raw.value, raw.target, raw.state)
        return None if points is RESCALED else shortest(points)

    # --- decisions and publication

    def decisions(self) -> Iterator[Command]:
        number = 0
        seen: dict[str, int] = {}
        for row in self._amounts():
            number += 1
            what = "bonus" if row.code.startswith("T") else "penalty"
            occurrence = f"{row.unit}.{row.code}.{row.ref}"
            seen[occurrence] = seen.get(occurrence, 0) + 1
            refused = row.unit not in self.fixed_units and self.dice.one_in(9, row.unit, row.code, "refused")
            text = words.REFUSED if refused else words.ACCEPTED[what]
            body = {
                "unit": row.unit,
                "code": row.code,
                "occurrence_ref": row.ref,
                "outcome": "refused" if refused else "accepted",
                **self._minutes(number, text),
            }
            key = f"decide.{occurrence}.{seen[occurrence]}"
            at, operation = self.time.at(timeline.COMMITTEE, 9), f"decide_{what}"
            if number <= ENTERED_BY_OFFICE:
                yield self._office(at, "decisions", "ranking", operation, key, body, row.unit)
            else:
                yield self._committee(at, operation, key, row.unit, body)
        yield from self._decided_scores(number)
        dispute = self._dispute()
        if dispute is not None:
            yield self._upheld(dispute)

    def _decided_scores(self, number: int) -> Iterator[Command]:
        """Fixed values of the stages standing and appeal.

        That a criterion does not apply to a unit is decided before its inspection, or the gate would miss it.
        """
        for row in self.files.fixed:
            if row.kind != "score" or row.stage not in ("standing", "appeal"):
                continue
            number += 1
            early = row.value == "NA"
            day, phase = (timeline.PROPOSALS, "proposals") if early else (timeline.COMMITTEE, "decisions")
            text = words.NOT_APPLICABLE if early else words.DECIDED[row.stage]
            body = {
                "unit": row.unit,
                "criterion": row.code,
                "stage": row.stage,
                **({"state": "NOT_APPLICABLE"} if early else {"points": row.value}),
                **self._minutes(number, text, day),
            }
            key = f"decide.{row.unit}.{row.code}.{row.stage}"
            at = self.time.at(day, 17 if early else 15)
            yield self._committee(at, "decide_score", key, row.unit, body, phase)

    def answers(self) -> Iterator[Command]:
        """What a unit says of the adjustments of its conclusion."""
        dispute = self._dispute()
        if dispute is not None:
            yield from self.visits.answers(dispute)

    def _dispute(self) -> Dispute | None:
        """Of the first unit with two made adjustments the second; none by dice that made no such unit."""
        for unit in self.units:
            made = () if unit.code in self.fixed_units | NOT_INSPECTED else tuple(self._adjustments(unit))
            if len(made) > 1:
                return Dispute(unit.code, made[0]["criterion"], made[1]["criterion"], made[1]["to"])
        return None

    def _upheld(self, dispute: Dispute) -> Command:
        """The Committee lets the adjustment that its unit disputes stand."""
        body = {
            "unit": dispute.unit,
            "criterion": dispute.disputed,
            "stage": "standing",
            "points": dispute.points,
            **self._minutes(95, words.UPHELD),
        }
        at, key = self.time.at(timeline.COMMITTEE, 15), f"decide.{dispute.unit}.{dispute.disputed}.standing"
        return self._committee(at, "decide_score", key, dispute.unit, body)

    def _minutes(self, number: int, text: str, day: date = timeline.COMMITTEE) -> dict[str, str]:
        return {
            "meeting": words.MEETING.format(day=day.strftime("%d/%m/%Y")),
            "date": day.isoformat(),
            "document": words.DOCUMENT.format(number=number),
            "text": text,
        }

    def close(self) -> Iterator[Command]:
        """The round ends with named exceptions; the Committee's meeting has a name in the ledger."""
        at = self.time.at(timeline.COMMITTEE, 8)
        body = {"name": "truoc-phien-hop", "reason": words.FREEZE}
        yield self._committee(at, "freeze", "freeze.1", "", body)
        exceptions = [
            {"unit": code, "reason": words.MOVED if code in MOVED else words.NO_PACK}
            for code in sorted(NOT_INSPECTED)
        ]
        yield self._office(
            self.time.at(timeline.ROUND_CLOSED, 17),
            "decisions",
            "inspections",
            "close_round",
            "close_round",
            {"exceptions": exceptions},
        )

    def publication(self) -> Iterator[Command]:
        by_code = {unit.code: unit for unit in self.units}
        for number, code in enumerate(sorted(MOVED), start=1):
            missing = [leaf.id for leaf in self._leaves(by_code[code]) if leaf.owner == TEAM]
            minutes = self._minutes(100 + number, words.EXCEPTED, timeline.EXCEPTIONS)
            body = {"unit": code, "criteria": missing, **minutes}
            at = self.time.at(timeline.EXCEPTIONS, 9)
            yield self._committee(at, "decide_exception", f"except.{code}", code, body, "publication")
        at = self.time.at(timeline.PUBLICATION, 10)
        yield self._committee(at, "publish", "publish.1", "", {"status": "UNOFFICIAL"}, "publication")

    # --- who calls

    def _admin(
        self,
        at: str,
        operation: str,
        key: str,
        body: Mapping[str, Any],
        subject: str = "",
    ) -> Command:
        return Command(at, "setup", "scores", operation, ADMIN, "admin@ledger", key, subject, body)

    def _office(
        self,
        at: str,
        phase: str,
        service: str,
        operation: str,
        key: str,
        body: Mapping[str, Any],
        subject: str = "",
    ) -> Command:
        return Command(at, phase, service, operation, OFFICE, "office@ledger", key, subject, body)

    def _team(
        self,
        at: str,
        operation: str,
        key: str,
        session: Session,
        body: Mapping[str, Any],
    ) -> Command:
        sub, hat = self.leader[session.team], f"team_leader@team:{session.team}"
        return Command(
            at,
            "inspections",
            "inspections",
            operation,
            sub,
            hat,
            key,
            session.unit,
            body,
        )

    def _committee(
        self,
        at: str,
        operation: str,
        key: str,
        subject: str,
        body: Mapping[str, Any],
        phase: str = "decisions",
    ) -> Command:
        hat = "standing_committee@ledger"
        return Command(at, phase, "ranking", operation, COMMITTEE, hat, key, subject, body)


def _raw(row: FixedInput) -> Raw:
    if row.value == "NO_TARGET":
        return Raw(state="NO_TARGET")
    return Raw(row.value, row.target or None)


def _override(unit: Unit) -> dict[str, Any]:
    return {"override": {"reason": words.OVERRIDDEN}} if unit.code == OVERRIDDEN else {}


def _register_row(unit: Unit) -> dict[str, Any]:
    row: dict[str, Any] = {
        "unit": unit.code,
        "area": unit.area,
        "kind": unit.kind,
        "name": unit.name,
    }
    if unit.valid_from:
        row["valid_from"] = unit.valid_from
    if unit.valid_to:
        row["valid_to"] = unit.valid_to
    if unit.predecessors:
        row["predecessors"] = list(unit.predecessors)
    if unit.successor:
        row["successor"] = unit.successor
    return row


def phases_of(commands: Sequence[Command]) -> dict[str, tuple[Command, ...]]:
    """``commands`` by phase, phases in their order."""
    return {phase: tuple(one for one in commands if one.phase == phase) for phase in PHASES}
