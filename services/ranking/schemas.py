"""Shapes of ranking's requests and answers, for checking and for the OpenAPI document."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from services.ranking.what_if.supposing import MOST_FACTS
from shared.events.fields import Code, DecimalString, Digest, Instant, LocalDate, Text
from shared.rulebook.model import DECISION_STAGES, STAGES
from shared.web.pagination import CursorArgs


def _at(description: str, **more: Any) -> fields.String:
    """A position as readers name it."""
    return fields.String(validate=validate.Length(max=80), metadata={"description": description}, **more)


class StandingsArgs(Schema):
    """Query of the standings."""

    area = Code(metadata={"description": "One area only."})
    at = _at("A position, or an instant with zone or `freeze:NAME` (these redirect to their position).")
    after = fields.String(
        validate=validate.Length(max=40),
        metadata={"description": "Wait until this number is in the view: `scores:57`."},
    )
    engine = fields.String(
        validate=validate.Length(max=16), metadata={"description": "The engine the caller relies on."}
    )


class AtArgs(Schema):
    """Query of what is read at one position."""

    at = _at("A position, an instant with zone, or `freeze:NAME`; the newest if left out.")


class ChartArgs(AtArgs):
    """Query of a chart."""

    area = Code(metadata={"description": "The area, for every chart but `waterfall`."})
    unit = Code(metadata={"description": "The unit, for `waterfall`."})
    theme = fields.String(load_default="light", validate=validate.OneOf(("light", "dark")))
    form = fields.String(
        load_default="wide",
        validate=validate.OneOf(("wide", "narrow")),
        metadata={"description": "`narrow`: as wide as a phone."},
    )
    lang = fields.String(validate=validate.OneOf(("vi", "en")))
    drawing = fields.String(
        validate=validate.Length(max=16),
        metadata={"description": "The version of the drawings that the caller relies on."},
    )


class ListArgs(AtArgs):
    """Query of a rank list beside the boards."""

    measure = fields.String(
        validate=validate.Length(max=80),
        metadata={"description": "What to rank by, such as `criterion:1.1`, `group:2` or `base`."},
    )


class DifferencesArgs(Schema):
    """Query of the difference of two positions."""

    from_ = _at("A position, an instant with zone, or `freeze:NAME`.", required=True, data_key="from")
    to = _at("The same; the newest position if left out.")


class PositionsArgs(CursorArgs):
    """Query of the list of events.  ``marks``: publications and decisions only."""

    marks = fields.Boolean(load_default=False)


class DecisionCommand(Schema):
    """What every decision names: the body's meeting, its date, the document and its text."""

    meeting = Text(required=True, maximum=200)
    date = LocalDate(required=True)
    document = Text(required=True, maximum=100)
    text = Text(required=True)
    occurred_at = Instant()


class DecideScore(DecisionCommand):
    """Points, or NOT_APPLICABLE, for one criterion of one unit."""

    unit = Code(required=True)
    criterion = Code(required=True)
    stage = fields.String(load_default="standing", validate=validate.OneOf(["standing", "appeal"]))
    points = DecimalString()
    state = fields.String(validate=validate.OneOf(["NOT_APPLICABLE"]))


class DecideAmount(DecisionCommand):
    """A bonus or penalty, accepted or refused."""

    unit = Code(required=True)
    code = Code(required=True)
    occurrence_ref = Code(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(["accepted", "refused"]))
    points = DecimalString()


class DecideForfeit(DecisionCommand):
    """A unit forfeits its inspection, that is lifted, or its case is declined: the inspection goes on."""

    unit = Code(required=True)
    outcome = fields.String(
        load_default="confirmed", validate=validate.OneOf(["confirmed", "lifted", "declined"])
    )


class WithdrawScore(DecisionCommand):
    """The latest decided value of a stage is taken back."""

    unit = Code(required=True)
    criterion = Code(required=True)
    stage = fields.String(load_default="standing", validate=validate.OneOf(["standing", "appeal"]))


class DecideVeto(DecisionCommand):
    """A veto of the rulebook is put in force for a unit, or lifted."""

    unit = Code(required=True)
    veto = Code(required=True)
    outcome = fields.String(load_default="recorded", validate=validate.OneOf(["recorded", "lifted"]))


class DecideLateFact(DecisionCommand):
    """A score that came too late counts after all, or not.  ``fact``: position of its event."""

    unit = Code(required=True)
    fact = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))
    outcome = fields.String(required=True, validate=validate.OneOf(["accepted", "refused"]))


class DecideException(DecisionCommand):
    """A unit may be published without these criteria."""

    unit = Code(required=True)
    criteria = fields.List(Code(), required=True, validate=validate.Length(min=1, max=200))


class AnswerEntry(Schema):
    """A member's answer to what the Office entered.  ``decision``: position of its event."""

    decision = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))
    outcome = fields.String(load_default="confirmed", validate=validate.OneOf(["confirmed", "disputed"]))
    text = Text()


class Acknowledge(Schema):
    """Exactly one of ``event`` (a position) and ``noise`` (a digest), and why it may stand."""

    event = fields.Integer(strict=True, validate=validate.Range(min=0))
    noise = Digest()
    reason = Text(required=True)


class FreezeCommand(Schema):
    """A position gets a name; without ``position`` the present one."""

    name = Code(required=True)
    position = fields.Integer(strict=True, validate=validate.Range(min=0))
    reason = Text(required=True)


class DecideTie(DecisionCommand):
    """An order of tied units, best first; units in one inner list keep their tie."""

    area = Code(required=True)
    order = fields.List(
        fields.List(Code(), validate=validate.Length(min=1)),
        required=True,
        validate=validate.Length(min=1, max=200),
    )


class HypotheticalFact(Schema):
    """One fact of a what-if.  ``kind`` says which of the other members belong to it.

    score: unit, criterion, stage, and ``points`` (standing, appeal), or ``value`` and ``target`` as the owner
    would record them, or ``state``.  withdraw_score: unit, criterion, stage.  bonus, penalty: unit, code,
    occurrence_ref, points where the item has no fixed worth, outcome.  veto, veto_lifted: unit, veto.
    forfeit, forfeit_lifted: unit.  tie: area, order.  late_fact: unit, fact (position of the late score).
    """

    NEEDS: ClassVar = {
        "score": ("unit", "criterion", "stage"),
        "withdraw_score": ("unit", "criterion", "stage"),
        "bonus": ("unit", "code", "occurrence_ref"),
        "penalty": ("unit", "code", "occurrence_ref"),
        "veto": ("unit", "veto"),
        "veto_lifted": ("unit", "veto"),
        "forfeit": ("unit",),
        "forfeit_lifted": ("unit",),
        "tie": ("area", "order"),
        "late_fact": ("unit", "fact"),
    }
    TAKES: ClassVar = {
        "score": ("points", "value", "target", "state"),
        "bonus": ("points", "outcome"),
        "penalty": ("points", "outcome"),
    }

    kind = fields.String(required=True, validate=validate.OneOf(list(NEEDS)))
    unit = Code()
    criterion = Code()
    stage = fields.String(validate=validate.OneOf(STAGES))
    points = DecimalString()
    value = DecimalString()
    target = DecimalString()
    state = fields.String(validate=validate.OneOf(["NOT_APPLICABLE", "NO_TARGET"]))
    code = Code()
    occurrence_ref = Code()
    outcome = fields.String(validate=validate.OneOf(["accepted", "refused"]))
    veto = Code()
    area = Code()
    order = fields.List(
        fields.List(Code(), validate=validate.Length(min=1)), validate=validate.Length(min=1, max=200)
    )
    fact = fields.Integer(strict=True, validate=validate.Range(min=0))

    @validates_schema
    def members_of_the_kind(self, data: dict[str, Any], **kwargs: Any) -> None:
        """Each kind has its own members, and no others."""
        kind = data["kind"]
        needs, takes = self.NEEDS[kind], self.TAKES.get(kind, ())
        if kind == "score" and data.get("stage") in DECISION_STAGES:
            takes = ("points", "state")
        elif kind == "score":
            takes = ("value", "target", "state")
        faults = {name: ["Missing data for required field."] for name in needs if name not in data}
        faults |= {name: ["Unknown field."] for name in data if name not in ("kind", *needs, *takes)}
        if faults:
            raise ValidationError(faults)

    @post_load
    def complete(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """A bonus or penalty is supposed to be accepted unless it says otherwise."""
        if data["kind"] in ("bonus", "penalty"):
            data.setdefault("outcome", "accepted")
        return data


class WhatIfCommand(Schema):
    """A question: these facts, and this rulebook instead of the one in force, at this position."""

    at = fields.Integer(
        strict=True,
        validate=validate.Range(min=0),
        metadata={"description": "Base position; the newest if left out."},
    )
    facts = fields.List(
        fields.Nested(HypotheticalFact), load_default=list, validate=validate.Length(max=MOST_FACTS)
    )
    rulebook = fields.String(
        validate=validate.Length(min=1, max=256 * 1024),
        metadata={"description": "A candidate: its YAML text, or its normalised JSON."},
    )

    @validates_schema
    def something_asked(self, data: dict[str, Any], **kwargs: Any) -> None:
        """A fact or a rulebook: without either there is no question."""
        if not data.get("facts") and "rulebook" not in data:
            raise ValidationError("Shorter than minimum length 1.", "facts")


class PublishCommand(Schema):
    """Publish the standings as they are now.

    ``digest``: refuse when they are no longer these.  ``reason``: why, required from the second version on.
    """

    status = fields.String(load_default="UNOFFICIAL", validate=validate.OneOf(["UNOFFICIAL", "OFFICIAL"]))
    digest = Digest()
    reason = Text()


class GroupAnswer(Schema):
    group = fields.String(required=True)
    value = fields.String(required=True)
    max = fields.String(required=True)


class RowAnswer(Schema):
    """One unit.  A reader who sees only some criteria gets ``criteria`` instead of the rest."""

    rank = fields.Integer(allow_none=True)
    unit = fields.String(required=True)
    name = fields.String(required=True)
    total = fields.String(allow_none=True)
    class_ = fields.String(allow_none=True, data_key="class")
    base = fields.String(allow_none=True)
    bonus = fields.String()
    penalty = fields.String()
    complete = fields.Boolean()
    scored_max = fields.String()
    reasons = fields.List(fields.String())
    groups = fields.List(fields.Nested(GroupAnswer))
    missing = fields.List(fields.String())
    criteria = fields.List(fields.Dict())


class AreaAnswer(Schema):
    area = fields.String(required=True)
    label = fields.String(required=True)
    rows = fields.List(fields.Nested(RowAnswer), required=True)


class StandingsAnswer(Schema):
    """Standings after the first ``position`` events; ``digest`` is over the content alone."""

    ledger = fields.String(required=True)
    position = fields.Integer(required=True)
    time = fields.String(required=True, allow_none=True)
    digest = fields.String(required=True)
    root = fields.String(required=True)
    engine = fields.String(required=True)
    rulebook = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, allow_none=True)
    board = fields.String(required=True)
    simulated_clock = fields.Boolean(required=True)
    partial_ = fields.Boolean(required=True, data_key="partial")
    provisional = fields.Dict(required=True)
    areas = fields.List(fields.Nested(AreaAnswer), required=True)


class EntryAnswer(Schema):
    """One event: its 0-based ``position``, and the position of the standings that first hold it."""

    position = fields.Integer(required=True)
    standings_position = fields.Integer(required=True)
    time = fields.String(required=True)
    source = fields.String(required=True)
    sequence = fields.Integer(required=True)
    type = fields.String(allow_none=True)
    subject = fields.String(allow_none=True)
    summary = fields.String(required=True)
    summary_en = fields.String(required=True)


class EntriesAnswer(Schema):
    size = fields.Integer(required=True)
    items = fields.List(fields.Nested(EntryAnswer), required=True)


class ReceiptAnswer(Schema):
    """Where an event stands, and the proof that the tree of ``size`` positions holds it (RFC 6962)."""

    ledger = fields.String(required=True)
    event_id = fields.String(required=True)
    position = fields.Integer(required=True)
    leaf = fields.String(required=True)
    size = fields.Integer(required=True)
    root = fields.String(required=True)
    inclusion = fields.List(fields.String(), required=True)


class PublicationAnswer(Schema):
    version = fields.Integer(required=True)
    status = fields.String(required=True)
    position = fields.Integer(required=True)
    stated_at = fields.Integer(required=True)
    time = fields.String(required=True)
    root = fields.String(required=True)
    rulebook = fields.String(required=True)
    engine = fields.String(required=True)
    digest = fields.String(required=True)
    holds = fields.Boolean(required=True)


class TermAnswer(Schema):
    """One summand of a total.  ``amount``: decimal string, or ``p/q`` where no decimal is exact."""

    kind = fields.String(required=True)
    ref = fields.String(required=True)
    amount = fields.String(required=True)
    positions = fields.List(fields.Integer(), required=True)


class SentenceAnswer(Schema):
    """One step in words.  ``section``: what it is about; ``positions``: the events that it rests on."""

    section = fields.String(required=True)
    ref = fields.String(required=True)
    text = fields.String(required=True)
    text_en = fields.String(required=True)
    positions = fields.List(fields.Integer(), required=True)


class ExplanationAnswer(Schema):
    """Everything behind one row: the amounts of ``terms`` sum exactly to ``total``.

    In ``rank`` and ``quotas`` a unit that the reader may not see has no code, name or values.
    """

    ledger = fields.String(required=True)
    position = fields.Integer(required=True)
    engine = fields.String(required=True)
    rulebook = fields.String(required=True)
    scale = fields.Integer(required=True)
    unit = fields.String(required=True)
    name = fields.String(required=True)
    area = fields.String(required=True)
    area_label = fields.String(required=True)
    base = fields.String(required=True, allow_none=True)
    bonus = fields.String(required=True)
    penalty = fields.String(required=True)
    total = fields.String(required=True, allow_none=True)
    classification_score = fields.String(required=True, allow_none=True)
    complete = fields.Boolean(required=True)
    missing = fields.List(fields.String(), required=True)
    sum_ = fields.String(required=True, data_key="sum")
    sum_max = fields.String(required=True)
    scored_max = fields.String(required=True)
    terms = fields.List(fields.Nested(TermAnswer), required=True)
    leaves = fields.List(fields.Dict(), required=True)
    other_marks = fields.List(fields.Dict(), required=True)
    occurrences = fields.List(fields.Dict(), required=True)
    vetoes = fields.List(fields.Dict(), required=True)
    classes = fields.List(fields.Dict(), required=True)
    natural = fields.String(required=True, allow_none=True)
    ceiling = fields.String(required=True, allow_none=True)
    quotas = fields.List(fields.Dict(), required=True)
    class_ = fields.String(required=True, allow_none=True, data_key="class")
    rank = fields.Dict(required=True, allow_none=True)
    reasons = fields.List(fields.String(), required=True)
    partial_ = fields.Boolean(required=True, data_key="partial")
    sentences = fields.List(fields.Nested(SentenceAnswer), required=True)
    events = fields.List(fields.Nested(EntryAnswer), required=True)


class PairTermAnswer(Schema):
    """The terms of one kind of both units, and what the first has more."""

    kind = fields.String(required=True)
    ref = fields.String(required=True)
    first = fields.String(required=True, allow_none=True)
    second = fields.String(required=True, allow_none=True)
    difference = fields.String(required=True)


class PairAnswer(Schema):
    """Two units: ``order`` of the first to the second, the measure ``by`` that parts them, and the terms.

    The differences of ``terms`` sum exactly to ``difference``.
    """

    ledger = fields.String(required=True)
    position = fields.Integer(required=True)
    rulebook = fields.String(required=True)
    scale = fields.Integer(required=True)
    area = fields.String(required=True)
    area_label = fields.String(required=True)
    first = fields.Dict(required=True)
    second = fields.Dict(required=True)
    order = fields.String(required=True, validate=validate.OneOf(["above", "below", "level"]))
    by = fields.String(required=True, allow_none=True)
    first_value = fields.String(required=True, allow_none=True)
    second_value = fields.String(required=True, allow_none=True)
    decision = fields.Integer(required=True, allow_none=True)
    difference = fields.String(required=True, allow_none=True)
    terms = fields.List(fields.Nested(PairTermAnswer), required=True)
    sentences = fields.List(fields.Nested(SentenceAnswer), required=True)
    events = fields.List(fields.Nested(EntryAnswer), required=True)


class CounterfactualAnswer(Schema):
    """By criterion the nearest values, up and down, under which class or rank is another one.

    ``tried``: how many values were put to the engine.
    """

    ledger = fields.String(required=True)
    position = fields.Integer(required=True)
    rulebook = fields.String(required=True)
    unit = fields.String(required=True)
    name = fields.String(required=True)
    area = fields.String(required=True)
    class_ = fields.String(required=True, allow_none=True, data_key="class")
    rank = fields.Integer(required=True, allow_none=True)
    step = fields.String(required=True)
    tried = fields.Integer(required=True)
    smallest_for_class = fields.String(required=True, allow_none=True)
    smallest_for_rank = fields.String(required=True, allow_none=True)
    leaves = fields.List(fields.Dict(), required=True)
    sentences = fields.List(fields.Nested(SentenceAnswer), required=True)


class CriterionAnswer(Schema):
    """One criterion of every unit the reader may see: effective value, stage, how many values there are."""

    criterion = fields.String(required=True)
    label = fields.String(required=True)
    owner = fields.String(required=True)
    position = fields.Integer(required=True)
    partial_ = fields.Boolean(required=True, data_key="partial")
    units = fields.List(fields.Dict(), required=True)


class RulebookAnswer(Schema):
    """The rulebook in force at a position, and every adoption up to there, oldest first."""

    position = fields.Integer(required=True)
    digest = fields.String(required=True)
    rulebook = fields.Dict(required=True)
    adoptions = fields.List(fields.Dict(), required=True)


class ListAnswer(Schema):
    """A rank list: sections of units that are ranked among themselves."""

    list_ = fields.String(required=True, data_key="list")
    measure = fields.String(required=True)
    position = fields.Integer(required=True)
    partial_ = fields.Boolean(required=True, data_key="partial")
    sections = fields.List(fields.Dict(), required=True)


class DifferenceAnswer(Schema):
    """What differs from one position to another, with the events between that touch each changed unit.

    ``head`` and ``areas`` (class matrix, quota lines, pairs) speak of all units: only for who sees all.
    """

    from_ = fields.Dict(required=True, data_key="from")
    to = fields.Dict(required=True)
    partial_ = fields.Boolean(required=True, data_key="partial")
    head = fields.Dict(required=True, allow_none=True)
    rulebook = fields.Dict(required=True)
    units = fields.List(fields.Dict(), required=True)
    areas = fields.List(fields.Dict(), required=True)
    events = fields.List(fields.Nested(EntryAnswer), required=True)


class WhatIfSummary(Schema):
    """``document`` names question and outcome by digests; ``digest`` is its own SHA-256."""

    digest = fields.String(required=True)
    document = fields.Dict(required=True)
    made_by = fields.String(required=True)
    made_at = fields.String(required=True)


class WhatIfAnswer(WhatIfSummary):
    """``now``: the same question asked of the newest position, when that is another one."""

    engine = fields.String(required=True)
    holds = fields.Boolean(required=True)
    difference = fields.Dict(required=True)
    standings = fields.Dict(required=True)
    newest = fields.Integer(required=True)
    now = fields.Dict(required=True, allow_none=True)


class WhatIfsAnswer(Schema):
    items = fields.List(fields.Nested(WhatIfSummary), required=True)


class PublicationsAnswer(Schema):
    items = fields.List(fields.Nested(PublicationAnswer), required=True)


class DecisionAnswer(Schema):
    """A decision of the Standing Committee, and what became of it.

    ``confirmed``, ``disputed``: position of a member's answer to what the Office entered.
    ``counts_from``: position from which it counts, null while it waits for a confirmation.
    """

    position = fields.Integer(required=True)
    type = fields.String(required=True)
    subject = fields.String(required=True)
    summary = fields.String(required=True)
    summary_en = fields.String(required=True)
    meeting = fields.String(required=True)
    date = fields.String(required=True)
    document = fields.String(required=True)
    text = fields.String(required=True)
    on_behalf = fields.Boolean(required=True)
    confirmed = fields.Integer(required=True, allow_none=True)
    disputed = fields.Integer(required=True, allow_none=True)
    effective = fields.Boolean(required=True)
    counts_from = fields.Integer(required=True, allow_none=True)


class WaitingAnswer(Schema):
    """What waits to be decided or answered.  ``late``, ``stale``, ``disputed``: values; ``unanswered``,
    ``contested``: positions of decisions; ``missing``: units that cannot be published without an exception.
    ``cases``: forfeit cases, each with unit, cut-off and missing documents.  ``adjustments``: values of
    conclusions that the unit disputes.
    """

    proposals = fields.List(fields.Dict(), required=True)
    late = fields.List(fields.Dict(), required=True)
    stale = fields.List(fields.Dict(), required=True)
    disputed = fields.List(fields.Dict(), required=True)
    ties = fields.List(fields.Dict(), required=True)
    unanswered = fields.List(fields.Integer(), required=True)
    contested = fields.List(fields.Integer(), required=True)
    missing = fields.List(fields.Dict(), required=True)
    cases = fields.List(fields.Dict(), required=True)
    adjustments = fields.List(fields.Dict(), required=True)


class DecisionsAnswer(Schema):
    """Decisions in ledger order, as the first ``position`` events say."""

    position = fields.Integer(required=True)
    items = fields.List(fields.Nested(DecisionAnswer), required=True)
    waiting = fields.Nested(WaitingAnswer, required=True)


class GateArgs(Schema):
    """Query of the gate."""

    status = fields.String(load_default="UNOFFICIAL", validate=validate.OneOf(["UNOFFICIAL", "OFFICIAL"]))


class BlockerAnswer(Schema):
    """One thing in the way; ``items``: what it is about, ``link``: the page that shows it."""

    code = fields.String(required=True)
    message = fields.String(required=True)
    message_en = fields.String(required=True)
    items = fields.List(fields.String(), required=True)
    link = fields.String(required=True)


class GateAnswer(Schema):
    """Whether the present standings may be published, and what they would pin."""

    publishable = fields.Boolean(required=True)
    blockers = fields.List(fields.Nested(BlockerAnswer), required=True)
    warnings = fields.List(fields.Nested(BlockerAnswer), required=True)
    position = fields.Integer(required=True)
    digest = fields.String(required=True)
    status = fields.String(required=True)
