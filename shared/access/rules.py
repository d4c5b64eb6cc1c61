"""The one table of rules: which role may do what, on which scope (architecture 4.5).

Nothing outside this file says who may do what.  No rule for an operation, no grant, a grant that is not
in force, a scope that does not reach the target, an empty scope: all mean no.  There is no "all".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from shared.access.grants import Grant, Scope


class Match(StrEnum):
    """How the scope of a grant has to reach the target."""

    LEDGER = "ledger"  # scope "ledger", said explicitly
    UNIT = "unit"  # scope unit:U, and U is the unit touched
    OWNER = "owner"  # scope department:D, and D owns the leaf (or is a joint author)
    DEPARTMENT = "department"  # scope department:D, and D is the department that speaks
    TEAM = "team"  # scope team:T, and T is the team of the unit touched
    BEHALF = "behalf"  # scope "ledger", and the leaf lets the Office enter for its owner (plan III.3)


@dataclass(frozen=True, slots=True)
class Rule:
    """``role`` may do ``operation`` of ``service`` when its scope reaches the target as ``match`` says.

    ``stages``: only for these stages of a score; empty = the operation has none.  ``demo``: only when
    the demonstration is switched on.  ``why``: the clause that it rests on.
    """

    service: str
    operation: str
    role: str
    match: Match
    stages: tuple[str, ...] = ()
    demo: bool = False
    why: str = ""


DECISIONS = (
    "score",
    "score_withdrawal",
    "bonus",
    "penalty",
    "veto",
    "forfeit",
    "late_fact",
    "exception",
    "tie",
)
"""Kinds of decisions of the Standing Committee; the Office may enter each on its behalf."""

SPEAKING = ("department", "department_head")
"""Roles that speak for a department; which of them may submit is the policy ``signoff``."""

_SELF = ("self",)
_BODY = ("department", "external")

# fmt: off
RULES: tuple[Rule, ...] = (
    # --- scores: set-up
    *(
        Rule("scores", what, "admin", Match.LEDGER, why="admin: set-up, no scores")
        for what in ("open_cycle", "adopt_rulebook", "give_grant", "end_grant", "hand_over_grant", "invite")
    ),
    *(
        Rule("scores", what, role, Match.LEDGER, why="the Office keeps the register")
        for what in ("register_unit", "register_department", "change_unit", "assign_scoring", "set_due")
        for role in ("admin", "office")
    ),
    Rule("scores", "read_setup", "admin", Match.LEDGER, why="admin: set-up, no scores"),
    Rule("scores", "read_setup", "office", Match.LEDGER, why="the Office keeps the register"),
    Rule("scores", "read_setup", "auditor", Match.LEDGER, why="the auditor reads all"),
    # --- scores: values
    *(
        Rule("scores", what, "unit", Match.UNIT, _SELF, why="plan III.7: the unit scores itself")
        for what in ("record_score", "withdraw_score")
    ),
    *(
        Rule("scores", what, role, Match.OWNER, _BODY, why="plan III.3: assigned content only")
        for what in ("record_score", "withdraw_score")
        for role in SPEAKING
    ),
    *(
        Rule("scores", what, "office", Match.BEHALF, _BODY, why="plan III.3: Office for others")
        for what in ("record_score", "withdraw_score")
    ),
    Rule("scores", "submit_sheet", "unit", Match.UNIT, why="plan III.7: the unit scores itself"),
    Rule("scores", "acknowledge_evaluation", "unit", Match.UNIT, why="plan III.3: told to the unit too"),
    *(
        Rule("scores", "answer_entry", role, Match.OWNER, why="plan III.3: who is responsible confirms")
        for role in SPEAKING
    ),
    *(
        Rule("scores", what, role, match, why=why)
        for what in ("propose_bonus", "propose_penalty")
        for role, match, why in (
            *((role, Match.DEPARTMENT, "plan III.3: proposals") for role in SPEAKING),
            ("office", Match.LEDGER, "plan III.3: Office for others"),
        )
    ),
    Rule("scores", "record_veto", "office", Match.LEDGER, why="rulebook 8: recorded from a document"),
    Rule("scores", "lift_veto", "office", Match.LEDGER, why="rulebook 8: lifted by a document"),
    # --- scores: what is kept beside the ledger
    Rule("scores", "keep_evidence", "unit", Match.UNIT, why="I.2: the unit proves its values"),
    *(Rule("scores", "keep_evidence", role, Match.DEPARTMENT, why="plan III.3") for role in SPEAKING),
    Rule("scores", "keep_evidence", "office", Match.LEDGER, why="plan III.3: Office for others"),
    Rule("scores", "keep_draft", "unit", Match.UNIT, why="the sheet is shared in the unit until submitted"),
    *(
        Rule("scores", "keep_draft", role, Match.DEPARTMENT, why="drafts are shared in the department")
        for role in SPEAKING
    ),
    Rule("scores", "keep_draft", "office", Match.LEDGER, why="plan III.3: Office for others"),
    *(
        Rule("scores", "keep_webhook", role, Match.DEPARTMENT, why="a department's system is told its own")
        for role in SPEAKING
    ),
    # --- inspections: the plan of the round
    *(
        Rule("inspections", what, role, Match.LEDGER, why=why)
        for what, why in (
            ("open_round", "plan III.1, III.6"),
            ("adopt_calendar", "plan III.1: every deadline from a named version"),
            ("form_team", "plan III.5"),
            ("schedule", "plan III.6"),
            ("record_outage", "plan III.4: an outage of ours stands in the case"),
            ("carry_limitations", "plan II: last year's limitations"),
        )
        for role in ("office", "admin")
    ),
    Rule("inspections", "nominate_member", "office", Match.LEDGER, why="plan III.5: from the document"),
    Rule("inspections", "nominate_member", "department_head", Match.DEPARTMENT, why="plan III.5"),
    Rule("inspections", "schedule", "team_leader", Match.TEAM, why="plan III.4: the leader re-schedules"),
    Rule("inspections", "ask_reschedule", "unit", Match.UNIT, why="plan III.4: by request to the leader"),
    Rule("inspections", "answer_reschedule", "team_leader", Match.TEAM, why="plan III.4: the leader decides"),
    # --- inspections: documents
    Rule("inspections", "receive_pack", "unit", Match.UNIT, why="plan III.4: the unit sends its pack"),
    Rule("inspections", "receive_pack", "team_secretary", Match.TEAM, why="plan III.4: by the secretary"),
    Rule("inspections", "assess_pack", "team_secretary", Match.TEAM, why="plan III.4: by the secretary"),
    Rule("inspections", "forward_pack", "team_secretary", Match.TEAM, why="plan III.4: to the members"),
    Rule("inspections", "open_case", "office", Match.LEDGER, why="plan III.4: a case for the Committee"),
    Rule("inspections", "open_case", "team_secretary", Match.TEAM, why="plan III.4: by the secretary"),
    # --- inspections: before the session
    *(
        Rule("inspections", "issue_briefing", role, Match.DEPARTMENT, why="plan III.3: to the teams")
        for role in SPEAKING
    ),
    Rule("inspections", "issue_briefing", "office", Match.LEDGER, why="plan III.3: Office for others"),
    *(
        Rule("inspections", what, "unit", Match.UNIT, why=why)
        for what, why in (
            ("register_subordinates", "plan I.2: its own units and their classes"),
            ("declare_attendance", "plan III.2"),
            ("declare_site", "plan III.4"),
            ("answer_party_committee", "plan III.2, III.4"),
            ("register_model", "plan II: models of the year"),
            ("answer_adjustment", "plan III.7: acknowledged or disputed"),
        )
    ),
    Rule("inspections", "answer_party_committee", "team_secretary", Match.TEAM, why="plan III.4"),
    # --- inspections: the session and after
    Rule("inspections", "open_inspection", "team_leader", Match.TEAM, why="plan III.3: gate and override"),
    Rule("inspections", "open_inspection", "team_secretary", Match.TEAM, why="plan III.3: the gate"),
    *(
        Rule("inspections", what, role, Match.TEAM, why="plan III.7: the session is recorded")
        for what in ("record_minutes", "record_finding", "assess_model", "assess_limitation")
        for role in ("team_leader", "team_secretary")
    ),
    *(
        Rule("inspections", "sign_conclusion", role, Match.TEAM, why="plan III.7: delegated to him")
        for role in ("team_secretary", "team_member")
    ),
    *(
        Rule("inspections", "keep_conclusion_draft", role, Match.TEAM, why="plan III.7: the secretary drafts")
        for role in ("team_leader", "team_secretary")
    ),
    Rule("inspections", "delegate_conclusion", "team_leader", Match.TEAM, why="plan III.7: by a document"),
    Rule("inspections", "sign_conclusion", "team_leader", Match.TEAM, why="plan III.7: the leader concludes"),
    Rule("inspections", "amend_conclusion", "team_leader", Match.TEAM, why="plan III.7: as an amendment"),
    *(
        Rule("inspections", "submit_reflection", role, Match.TEAM, why="plan III.5: every member")
        for role in ("team_leader", "team_secretary", "team_member")
    ),
    Rule("inspections", "read_reflections", "team_leader", Match.TEAM, why="plan III.5: to the leader"),
    Rule("inspections", "forget_name", "unit", Match.UNIT, why="personal data go on request"),
    Rule("inspections", "forget_name", "office", Match.LEDGER, why="personal data go on request"),
    Rule("inspections", "close_round", "office", Match.LEDGER, why="plan III.2: notices after the round"),
    # --- ranking: decisions of a body; the Office enters them from the minutes, on its behalf
    *(
        Rule("ranking", f"decide_{what}", role, Match.LEDGER, why="the Standing Committee decides")
        for what in DECISIONS
        for role in ("standing_committee", "office")
    ),
    Rule("ranking", "confirm", "standing_committee", Match.LEDGER, why="a member answers for the body"),
    *(
        Rule("ranking", what, role, Match.LEDGER, why="audit 5: what was seen, and by whom")
        for what in ("acknowledge", "freeze")
        for role in ("standing_committee", "office")
    ),
    *(
        Rule("ranking", "try_what_if", role, Match.LEDGER, why="audit 5.3: before anybody decides")
        for role in ("standing_committee", "office", "auditor")
    ),
    Rule("ranking", "publish", "standing_committee", Match.LEDGER, why="plan III.2"),
    Rule("ranking", "publish", "office", Match.LEDGER, why="plan III.2: drafts notices for signature"),
    # --- reading; how much of it is visible is said by audience()
    Rule("ranking", "read_standings", "office", Match.LEDGER, why="audience: everything"),
    Rule("ranking", "read_standings", "standing_committee", Match.LEDGER, why="audience: everything"),
    Rule("ranking", "read_standings", "auditor", Match.LEDGER, why="audience: everything"),
    *(
        Rule("ranking", "read_standings", role, Match.OWNER, why="audience: its own criteria")
        for role in SPEAKING
    ),
    Rule("ranking", "read_standings", "unit", Match.UNIT, why="audience: its own row"),
    Rule("ranking", "read_standings", "team_leader", Match.TEAM, why="audience: the team's units"),
    Rule("ranking", "read_standings", "team_secretary", Match.TEAM, why="audience: the team's units"),
    Rule("ranking", "read_standings", "team_member", Match.TEAM, why="audience: the team's units"),
    Rule("ranking", "read_ledger", "auditor", Match.LEDGER, why="the full ledger: auditor only"),
    Rule("ranking", "replay", "auditor", Match.LEDGER, why="the full ledger: auditor only"),
    *(
        Rule(service, "read_receipts", "auditor", Match.LEDGER, why="the full ledger: auditor only")
        for service in ("scores", "inspections", "ranking", "notify")
    ),
    Rule("notify", "read_outbox", "office", Match.LEDGER, why="the Office sends the notices"),
    Rule("notify", "read_outbox", "auditor", Match.LEDGER, why="the auditor reads all"),
    # --- demonstration
    *(
        Rule(service, "move_clock", "admin", Match.LEDGER, demo=True, why="simulated ledgers only")
        for service in ("scores", "inspections", "ranking", "notify")
    ),
)
# fmt: on

ON_BEHALF_OF_COMMITTEE = frozenset(f"ranking.decide_{what}" for what in DECISIONS)
_INDEX: dict[str, tuple[Rule, ...]] = {}
for _rule in RULES:
    _name = f"{_rule.service}.{_rule.operation}"
    _INDEX[_name] = (*_INDEX.get(_name, ()), _rule)


@dataclass(frozen=True, slots=True)
class Target:
    """What an operation touches, as far as the rules need to know it.

    ``unit``, ``team`` (the unit's inspection team), ``stage``: of the score.  ``owners``: departments
    that own the leaf, joint authors included; ``entered_by``: departments that the leaf lets enter for
    them.  ``office``: codes of departments of kind ``office``.  ``demo``: the demonstration is on.
    """

    unit: str | None = None
    team: str | None = None
    stage: str | None = None
    owners: tuple[str, ...] = ()
    entered_by: tuple[str, ...] = ()
    office: tuple[str, ...] = ("VP",)
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Allowed:
    """The grant that allows, and the rule that says so.

    ``on_behalf``: the act is another's, so the event must name ``responsible`` and ``on_behalf_of``.
    """

    grant: Grant
    rule: Rule
    on_behalf: bool = False


class AccessDenied(Exception):
    """No grant in force allows this; ``reason`` is a stable word, ``vi`` and ``en`` say it to people."""

    def __init__(self, reason: str, vi: str, en: str) -> None:
        super().__init__(en)
        self.reason = reason
        self.vi = vi
        self.en = en


class HatNeeded(Exception):
    """More than one hat of this person would allow it: he has to name the one he acts in."""

    def __init__(self, choices: Sequence[str]) -> None:
        super().__init__(f"name the role you act in: {', '.join(choices)}")
        self.choices = tuple(choices)


def operations() -> tuple[str, ...]:
    """Every operation that has a rule, ``service.operation``, in the order of the table."""
    return tuple(_INDEX)


def rules_of(operation: str) -> tuple[Rule, ...]:
    """The rules of one operation; none for a name that the table does not know."""
    return _INDEX.get(operation, ())


def decide_access(
    grants: Iterable[Grant], operation: str, target: Target, acting_as: str | None = None
) -> Allowed:
    """Which of one person's ``grants`` (those in force) allows ``operation`` on ``target``.

    ``acting_as``: the hat that the person named, ``role@scope``.  Raises :class:`AccessDenied` when none
    allows it, :class:`HatNeeded` when several different hats do and none was named.
    """
    held = tuple(grants)
    if not held:
        raise AccessDenied(
            "no-grant",
            "Tài khoản này chưa được phân quyền (hoặc quyền đã hết hạn) trong sổ này. Liên hệ quản trị.",
            "This account has no grant in force in this ledger. Ask an administrator.",
        )
    if acting_as is not None:
        held = tuple(grant for grant in held if grant.hat == acting_as)
        if not held:
            raise AccessDenied(
                "hat-not-held",
                f"Tài khoản này không có tư cách “{acting_as}”.",
                f'This account does not hold the role "{acting_as}".',
            )
    rules = rules_of(operation)
    allowed = tuple(
        Allowed(grant, rule, _on_behalf(rule, target))
        for grant in held
        for rule in rules
        if rule.role == grant.role and _stage_fits(rule, target) and _reaches(grant, rule, target)
    )
    if not allowed:
        raise _denial(held, rules, target)
    hats = sorted({entry.grant.hat for entry in allowed})
    if len(hats) > 1:
        raise HatNeeded(hats)
    return allowed[0]


def _denial(held: Sequence[Grant], rules: Sequence[Rule], target: Target) -> AccessDenied:
    roles = {rule.role for rule in rules if _stage_fits(rule, target)}
    if any(grant.role in roles for grant in held):
        return AccessDenied(
            "wrong-scope",
            "Quyền hiện có không bao gồm đơn vị, tiêu chí hoặc đoàn kiểm tra này.",
            "The grants held do not reach this unit, criterion or team.",
        )
    return AccessDenied(
        "wrong-role",
        "Vai trò hiện có không được làm việc này.",
        "The roles held may not do this.",
    )


def _on_behalf(rule: Rule, target: Target) -> bool:
    if rule.match is Match.BEHALF:
        return set(target.owners).isdisjoint(target.office)
    return rule.role == "office" and f"{rule.service}.{rule.operation}" in ON_BEHALF_OF_COMMITTEE


def _stage_fits(rule: Rule, target: Target) -> bool:
    return not rule.stages or target.stage in rule.stages


def _reaches(grant: Grant, rule: Rule, target: Target) -> bool:
    scope = Scope.parse(grant.scope)
    if scope is None or (rule.demo and not target.demo):
        return False
    match rule.match:
        case Match.LEDGER:
            return scope.kind == "ledger"
        case Match.UNIT:
            return scope.kind == "unit" and scope.code == target.unit
        case Match.OWNER:
            return scope.kind == "department" and scope.code in target.owners
        case Match.DEPARTMENT:
            return scope.kind == "department"
        case Match.TEAM:
            return scope.kind == "team" and scope.code == target.team
        case Match.BEHALF:
            own_or_entered = {*target.owners, *target.entered_by}
            return scope.kind == "ledger" and not own_or_entered.isdisjoint(target.office)


@dataclass(frozen=True, slots=True)
class Audience:
    """What of the *unpublished* standings one reader may see; published versions are for everybody.

    ``everything``: all rows and all criteria.  Else the rows of ``units``, the rows of the units of
    ``teams``, and of every row the criteria owned by ``departments``.
    """

    everything: bool = False
    units: frozenset[str] = field(default_factory=frozenset)
    teams: frozenset[str] = field(default_factory=frozenset)
    departments: frozenset[str] = field(default_factory=frozenset)

    @property
    def published_only(self) -> bool:
        """Whether nothing unpublished is visible at all."""
        return not (self.everything or self.units or self.teams or self.departments)

    def sees_row(self, unit: str, team: str | None = None) -> bool:
        """Whether the whole row of ``unit``, inspected by ``team``, is visible."""
        return self.everything or unit in self.units or (team is not None and team in self.teams)

    def sees_criterion(self, unit: str, owners: Collection[str], team: str | None = None) -> bool:
        """Whether the value of a criterion of these ``owners`` is visible in the row of ``unit``."""
        return self.sees_row(unit, team) or not self.departments.isdisjoint(owners)


EVERYTHING = Audience(everything=True)
PUBLISHED_ONLY = Audience()


def audience(grants: Iterable[Grant], *, live_visibility: str = "restricted") -> Audience:
    """What the holder of ``grants`` (those in force) may see of unpublished standings.

    ``live_visibility`` is the rulebook's policy; ``public`` widens it to everything for everybody.
    Derived from the ``ranking.read_standings`` rules, so that the table stays the only place.
    """
    if live_visibility == "public":
        return EVERYTHING
    reached: dict[str, set[str]] = {"unit": set(), "team": set(), "department": set()}
    kinds = {Match.UNIT: "unit", Match.TEAM: "team", Match.OWNER: "department"}
    for grant in grants:
        scope = Scope.parse(grant.scope)
        if scope is None:
            continue
        for rule in rules_of("ranking.read_standings"):
            if rule.role != grant.role:
                continue
            if rule.match is Match.LEDGER and scope.kind == "ledger":
                return EVERYTHING
            if kinds.get(rule.match) == scope.kind:
                reached[scope.kind].add(scope.code)
    return Audience(
        units=frozenset(reached["unit"]),
        teams=frozenset(reached["team"]),
        departments=frozenset(reached["department"]),
    )
