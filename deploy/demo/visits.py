"""What the story tells of single units around their sessions.  Pure.

All of them send packs and are concluded; of three the story tells the rest too: who came from below, what
the party committee answered, what was asked and found.  One of the three is concluded by a delegate, and one
disputes one of two adjustments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from deploy.demo import timeline, words
from deploy.demo.command import Command, NumbersOf
from deploy.demo.data import CycleFiles, Member, Session
from deploy.demo.timeline import Timeline
from shared.rulebook.model import Rulebook

TOLD: Final = ("QH-Q02", "CNLD-TN08", "LLVT-BTL")
"""Units of which the story tells everything."""
DELEGATED: Final = "LLVT-BTL"
"""A unit whose session the deputy leader concludes, by a document."""
FORWARDED_LATE: Final = "CNLD-TN08"
"""A unit in time whose pack the team's secretary forwarded days after the cut-off."""
ASKED: Final = "LLVT-TNXP"
"""A unit that asked for another session, and was given it."""
REFUSED: Final = "CNLD-TN10"
"""A unit that asked for another session, and kept its own."""
REFLECTING: Final = "DKT-6"
"""A team whose members all sent in their reflections."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A unit acknowledges one of its adjustments and disputes another, the one to ``points``."""

    unit: str
    acknowledged: str
    disputed: str
    points: str


@dataclass(frozen=True, slots=True)
class Visits:
    """Tells of visits.  ``accounts``: who speaks for each unit; ``office``: who does for the Office."""

    files: CycleFiles
    time: Timeline
    accounts: Mapping[str, str]
    office: str

    def nominations(self) -> Iterator[Command]:
        """The school names people for the teams; one comes after 17:00, one is withdrawn (III.5)."""
        body = words.SCHOOL
        head, hat = f"truong.{body.lower()}", f"department_head@department:{body}"
        named = [one for one in self.files.members if one.department == body]
        for place, one in enumerate(named):
            last = place == len(named) - 1
            at = self.time.at(timeline.PACKS[1], 17 if last else 15, 20)
            entry = {
                "person": one.person,
                "name": one.name,
                "department": body,
                "document": words.NOMINATION,
            }
            key = f"nominate.{one.person}"
            path = {"team": one.team}
            yield self._command(at, "packs", "nominate_member", head, hat, key, one.team, entry, path)
        one = named[0]
        at = self.time.at(timeline.PACKS[1], 18)
        gone = {"person": one.person, "reason": words.WITHDRAWN}
        path, key = {"team": one.team}, f"withdraw.{one.person}"
        yield self._command(at, "packs", "withdraw_member", head, hat, key, one.team, gone, path)

    def briefings(self) -> Iterator[Command]:
        """Departments tell the teams what to look at; the Office carries last year's limitations in."""
        at = self.time.at(timeline.PACKS[0], 10)
        for number, (department, about, where, text) in enumerate(words.BRIEFINGS, start=1):
            place = "area" if where in {area.id for area in self._book.areas} else "unit"
            body = {"department": department, "about": about, place: where, "text": text}
            sub, hat = f"chuyenvien.{department.lower()}", f"department@department:{department}"
            key = f"briefing.{number}"
            subject = where if place == "unit" else ""
            yield self._command(at, "packs", "issue_briefing", sub, hat, key, subject, body)
        at = self.time.at(timeline.PACKS[0], 11)
        for code in TOLD:
            rows = [
                {"ref": f"HC.{code}.{number}", "text": text, "cycle": "2019"}
                for number, text in enumerate(words.LIMITATIONS[:2], start=1)
            ]
            carried: dict[str, Any] = {"unit": code, "limitations": rows, "document": words.LAST_YEAR}
            key = f"limitations.{code}"
            yield self._command(
                at, "packs", "carry_limitations", self.office, "office@ledger", key, code, carried
            )

    def readiness(self) -> Iterator[Command]:
        """Three units state who comes, where, and what they are proud of (plan I.2, II, III.2, III.4)."""
        at = self.time.at(timeline.PACKS[0], 16)
        for code in TOLD:
            sub, hat = self.accounts[code], f"unit@unit:{code}"
            below = words.SUBORDINATES[code]
            rows = [
                {
                    "code": f"{code}.{number:02d}",
                    "name": words.SUBORDINATE.format(number=number),
                    "kind": kind,
                    "class": year_class,
                    "year": "2020",
                }
                for number, (kind, year_class) in enumerate(below, start=1)
            ]
            attendees = [
                *(
                    {"role": role, "name": words.ATTENDEE.format(number=number)}
                    for number, role in enumerate(self._roles(code), start=1)
                ),
                *(
                    {
                        "role": "secretary",
                        "name": words.SECRETARY.format(number=number),
                        "subordinate": row["code"],
                    }
                    for number, row in enumerate(rows[:4], start=1)
                ),
            ]
            shortage = {"reason": words.SHORTAGE} if len(rows) < 4 else {}
            for operation, body in (
                ("register_subordinates", {"subordinates": rows, "document": words.SUBCLASS}),
                ("declare_attendance", {"attendees": attendees, **shortage}),
                ("declare_site", {"ready": True}),
                ("answer_party_committee", {"attends": True, "document": words.CONSENT}),
                ("register_model", {"ref": f"MHGP.{code}.1", **words.MODEL}),
            ):
                key = f"{operation}.{code}"
                yield self._command(at, "packs", operation, sub, hat, key, code, {"unit": code, **body})

    def handed_on(self) -> Iterator[Command]:
        """The secretaries look at the packs of the three and forward them; one of them is late (III.4)."""
        for code in TOLD:
            session = self._session(code)
            members = [one.person for one in self._team(session.team) if one.role != "secretary"]
            late = code == FORWARDED_LATE
            day, phase = (timeline.CASES_DECIDED, "inspections") if late else (timeline.PACKS[1], "packs")
            documents = [
                one.id
                for one in self._book.required_documents
                if one.areas is None or self._area(code) in one.areas
            ]
            findings = {"findings": [{"document": one, "outcome": "accepted"} for one in documents]}
            path = {"pack": NumbersOf(f"pack.{code}.1", one=True)}
            at = self.time.at(day, 16, 30)
            for operation, body in (("assess_pack", findings), ("forward_pack", {"members": members})):
                yield self._by(session, "secretary", at, phase, operation, code, body, path)

    def requests(self) -> Iterator[Command]:
        """Two units ask for another session; the leader of one of them keeps it (III.4)."""
        for hour, code in ((9, ASKED), (10, REFUSED)):
            body = {"unit": code, "reason": words.ASKS, "document": words.CONSENT}
            yield self._command(
                self.time.at(timeline.MOVED, hour),
                "inspections",
                "ask_reschedule",
                self.accounts[code],
                f"unit@unit:{code}",
                f"ask.{code}",
                code,
                body,
            )
        path = {"request": NumbersOf(f"ask.{REFUSED}", one=True)}
        at, kept = self.time.at(timeline.MOVED, 11), {"reason": words.KEPT}
        session = self._session(REFUSED)
        yield self._by(session, "leader", at, "inspections", "decline_reschedule", REFUSED, kept, path)

    def held(self, session: Session, day: date, end: int) -> Iterator[Command]:
        """What is recorded between the opening and the conclusion, half an hour after ``end`` (III.7)."""
        code = session.unit
        if code not in TOLD:
            return
        if code == DELEGATED:
            body = {"unit": code, "person": self.delegate(session), "document": words.DELEGATION}
            at = self.time.at(day, end - 1)
            yield self._by(session, "leader", at, "inspections", "delegate_conclusion", code, body)
        at = self.time.at(day, end)
        items = [{"kind": kind, "text": text} for kind, text in words.MINUTES]
        recorded: list[tuple[str, dict[str, Any]]] = [
            ("record_minutes", {"items": items}),
            ("record_finding", {"content": "II.2", "text": words.FINDING}),
            ("assess_model", {"ref": f"MHGP.{code}.1", "initiative": "high", "text": words.ASSESSED}),
            ("assess_limitation", {"ref": f"HC.{code}.1", "outcome": "remedied", "text": words.REMEDIED}),
        ]
        for operation, body in recorded:
            at_unit = {"unit": code, **body}
            yield self._by(session, "secretary", at, "inspections", operation, code, at_unit)

    def answers(self, dispute: Dispute) -> Iterator[Command]:
        """A unit agrees to one adjustment, and disputes the other: no number changes by it (III.7)."""
        sub, hat = self.accounts[dispute.unit], f"unit@unit:{dispute.unit}"
        for hour, verb, criterion, said in (
            (14, "acknowledge", dispute.acknowledged, {}),
            (15, "dispute", dispute.disputed, {"text": words.OBJECTS}),
        ):
            body = {
                "unit": dispute.unit,
                "conclusion": NumbersOf(f"conclude.{dispute.unit}", one=True),
                "criterion": criterion,
                **said,
            }
            at, operation = self.time.at(timeline.ANSWERED, hour), f"{verb}_adjustment"
            key = f"{verb}.{dispute.unit}.{criterion}"
            yield self._command(at, "inspections", operation, sub, hat, key, dispute.unit, body)

    def reflections(self) -> Iterator[Command]:
        """Every member of one team writes to its leader (III.5)."""
        at = self.time.at(timeline.MOVED_TO, 9)
        for one in self._team(REFLECTING):
            role = {"leader": "team_leader", "secretary": "team_secretary"}.get(one.role, "team_member")
            hat = f"{role}@team:{REFLECTING}"
            body = {"team": REFLECTING, "text": words.REFLECTION}
            key = f"reflect.{one.person}"
            yield self._command(at, "decisions", "submit_reflection", one.person, hat, key, REFLECTING, body)

    def delegate(self, session: Session) -> str:
        """The deputy leader of the session's team."""
        return next(one.person for one in self._team(session.team) if one.role == "deputy")

    # --- from the files

    @property
    def _book(self) -> Rulebook:
        return self.files.rulebook

    def _area(self, code: str) -> str:
        return next(unit.area for unit in self.files.units if unit.code == code)

    def _roles(self, code: str) -> list[str]:
        rule, area = self._book.attendees, self._area(code)
        assert rule is not None
        invited = [one.role for one in rule.invited if one.areas is None or area in one.areas]
        return [*rule.required_roles, *invited]

    def _session(self, code: str) -> Session:
        return next(one for one in self.files.sessions if one.unit == code)

    def _team(self, team: str) -> list[Member]:
        return [one for one in self.files.members if one.team == team]

    # --- who calls

    def _by(
        self,
        session: Session,
        role: str,
        at: str,
        phase: str,
        operation: str,
        code: str,
        body: Mapping[str, Any],
        path: Mapping[str, Any] | None = None,
    ) -> Command:
        """By the leader or the secretary of the session's team."""
        sub = next(one.person for one in self._team(session.team) if one.role == role)
        hat = f"team_{role}@team:{session.team}"
        return self._command(at, phase, operation, sub, hat, f"{operation}.{code}", code, body, path)

    def _command(
        self,
        at: str,
        phase: str,
        operation: str,
        sub: str,
        hat: str,
        key: str,
        subject: str,
        body: Mapping[str, Any],
        path: Mapping[str, Any] | None = None,
    ) -> Command:
        return Command(at, phase, "inspections", operation, sub, hat, key, subject, body, path=path or {})
