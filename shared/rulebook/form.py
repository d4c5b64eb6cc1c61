"""The format itself, key by key (rulebook format §1-§10), built from the nodes of
:mod:`shared.rulebook.schema`.
"""

from __future__ import annotations

from typing import Any, Final

from shared.rulebook.model import FIRST_STAGES, STAGES
from shared.rulebook.number import COUNT_ROUNDINGS, ROUNDINGS
from shared.rulebook.schema import (
    SEMVER,
    Choice,
    Day,
    Decimal,
    Either,
    Field,
    Id,
    Integer,
    Items,
    Label,
    Map,
    Measure,
    Node,
    Object,
    Text,
)

POLICIES: Final[dict[str, tuple[str | bool, ...]]] = {
    "deadline_day_count": ("calendar", "working"),
    "deadline_measured_by": ("manifest_received", "last_file_received"),
    "after_reschedule": ("recompute_while_open", "always", "keep_first"),
    "pack_incomplete_is": ("not_sent", "warning"),
    "forfeited_unit_standing": ("ranked", "unranked"),
    "forfeit_confirmed_by": ("standing_committee",),
    "bonus_decided_by": ("standing_committee", "standing_board"),
    "late_department_score": ("flag_and_override", "refuse", "accept"),
    "gate_override_by": ("team_leader", "standing_committee"),
    "conclusion_outranks_department": (True, False),
    "score_after_conclusion": ("record_only", "refuse"),
    "score_after_round_closed": ("needs_decision", "refuse"),
    "score_after_publication": ("revision_only",),
    "signoff": ("none", "head"),
    "on_behalf_confirmation": ("optional", "required"),
    "reflection_scope": ("round", "inspection"),
    "attendee_deviation": ("warn",),
    "conflict_of_interest": ("flag", "refuse"),
    "closed_unit_notice_to": ("successor",),
    "closed_unit_appeals_by": ("successor", "last_secretary"),
    "witness_for_publication": ("required", "optional"),
    "live_visibility": ("restricted", "public"),
}
"""Every policy with a closed list of values, the default first (§10)."""

APPEAL_KINDS: Final = ("arithmetic", "wrong_data", "wrong_rule", "wrong_procedure", "judgement")
CORRECTIONS: Final = (
    "recompute",
    "score",
    "adjustment",
    "bonus",
    "penalty",
    "veto",
    "forfeit",
    "amendment",
    "reinspect",
)
LABELS: Final = {
    "NOT_SCORED": "chưa chấm",
    "NOT_APPLICABLE": "không áp dụng",
    "NO_TARGET": "không giao chỉ tiêu",
    "UNRANKED": "chưa xếp hạng",
}
VETO_EVENTS: Final = ("veto.recorded", "decision.forfeit_confirmed")
LIFT_EVENTS: Final = ("veto.lifted", "decision.forfeit_lifted")
TIES: Final = ("expand", "contract", "decide")


PEERS: Final = (
    "peer",
    "peers",
    "peer_relative",
    "relative",
    "relative_to",
    "compared_to",
    "rank",
    "ranking",
    "percentile",
    "quantile",
    "normalise_by",
    "best_of",
    "curve",
)
"""Words by which an author asks for points that depend on other units: no leaf may (R072)."""


def _req(node: Node) -> Field:
    return Field(node, required=True)


def _opt(node: Node, default: Any) -> Field:
    return Field(node, default=default)


_SPAN = Object({"from": _req(Day()), "to": _req(Day())}, missing="R063")
_BOUNDS = {key: Field(Decimal()) for key in ("gt", "gte", "lt", "lte")}
_LADDER = Object(
    {
        "metric": _req(Label()),
        "unit": _req(Text()),
        "domain": _req(
            Object(
                {
                    "type": _req(Choice(("decimal", "integer"))),
                    "gte": Field(Decimal()),
                    "lte": Field(Decimal()),
                },
                missing="R033",
            )
        ),
        "rows": _req(Items(Object({**_BOUNDS, "frac": _req(Decimal())}), least=1)),
    },
    missing="R033",
)
_LEAF = Object(
    {
        "id": _req(Id()),
        "label": _req(Label()),
        "owner": Field(Id()),
        "max": _req(Map(Decimal())),
        "min": Field(Map(Decimal())),
        "weight": _opt(Decimal(), "1"),
        "stage": _opt(Choice(FIRST_STAGES, "R021"), "department"),
        "self": Field(Choice((True, False))),
        "input": _opt(
            Choice(("direct", "ladder", "count", "ratio"), reasons=dict.fromkeys(PEERS, "R072")), "direct"
        ),
        "ladder": Field(_LADDER),
        "per": Field(Decimal()),
        "source_max": Field(Decimal()),
        "no_target": Field(Choice(("rescale", "full", "zero"))),
        "with": Field(Items(Id())),
        "entered_by": Field(Items(Id())),
        "deliver_to": Field(Text()),
        "period": Field(Id()),
    },
    reasons=dict.fromkeys(PEERS, "R072"),
)


class _Group:
    """A group node; a class of its own because groups hold groups."""

    @property
    def shape(self) -> Object:
        """What a group holds."""
        return Object(
            {
                "id": _req(Id()),
                "label": _req(Label()),
                "max": Field(Map(Decimal())),
                "children": _req(Items(NODE)),
            }
        )

    def walk(self, value: Any, path: Any, report: Any) -> Any:
        """As every node."""
        return self.shape.walk(value, path, report)


NODE: Final = Either("children", _Group(), _LEAF)

_ITEM = Object({"code": _req(Id()), "label": _req(Label()), "per": Field(Decimal()), "cap": Field(Decimal())})
_ADJUSTMENT = Object(
    {
        "cap_total": _opt(Decimal(), "0"),
        "require_evidence": _opt(Choice((True, False)), True),
        "items": _opt(Items(_ITEM), list),
    }
)
_NO_ADJUSTMENT = {"cap_total": "0", "require_evidence": True, "items": []}
_DENOMINATOR = Text()
_CLASS = Object(
    {
        "id": _req(Id()),
        "label": _req(Label()),
        "gte": Field(Decimal()),
        "measure": Field(Measure()),
        "also": Field(
            Object(
                {
                    "base_gte": Field(Decimal()),
                    "every_group_gte_frac": Field(Decimal()),
                    "measures": Field(Items(Object({"measure": _req(Measure()), **_BOUNDS}), least=1)),
                }
            )
        ),
        "rank_lte": Field(Integer(1)),
        "top_count": Field(Integer(1)),
        "top_fraction": Field(Decimal()),
        "denominator": Field(_DENOMINATOR),
        "rounding": Field(Choice(COUNT_ROUNDINGS, "R005")),
        "on_tie_at_boundary": Field(Choice(TIES)),
    }
)
_QUOTA = Object(
    {
        "class": _req(Id()),
        "fraction": Field(Decimal()),
        "count": Field(Integer(0)),
        "denominator": Field(_DENOMINATOR),
        "rounding": Field(Choice(COUNT_ROUNDINGS)),
        "min_per_area": _opt(Integer(0), 0),
        "on_tie_at_boundary": _opt(Choice(TIES), "expand"),
    }
)
_VETO = Object(
    {
        "id": _req(Id()),
        "label": _req(Label()),
        "source": _req(
            Object(
                {
                    "recorded": Field(
                        Object(
                            {
                                "event": _req(Choice(VETO_EVENTS)),
                                "document": _opt(Choice(("required", "optional")), "required"),
                                "lifted_by": Field(Choice(LIFT_EVENTS)),
                            },
                            missing="R060",
                        )
                    ),
                    "derived": Field(
                        Object(
                            {
                                "rule": _req(Text()),
                                "as_of": _req(Choice(("position", "inspection_opened", "round_closed"))),
                            },
                            missing="R060",
                        )
                    ),
                }
            )
        ),
        "effect": _req(
            Object(
                {
                    "max_class": Field(Id()),
                    "inspection_leaves": Field(Choice(("zero",))),
                    "appeal_right": Field(Choice(("lost",))),
                }
            )
        ),
    },
    missing="R060",
)
_APPEAL_KIND = Object(
    {
        "term_days": _req(Integer(0)),
        "decided_by": _req(Choice(("standing_committee", "standing_board"), "R062")),
        "corrections": _req(Items(Choice(CORRECTIONS, "R062"), least=1)),
    },
    missing="R062",
)
_APPEALS = Object(
    {
        "term_counts_from": _opt(Choice(("notice_received", "notice_issued")), "notice_received"),
        "term_day_count": _opt(Choice(("calendar", "working")), "calendar"),
        "result_may_go_down": _opt(Choice((True, False)), True),
        "forfeit_itself_appealable": _opt(Choice((True, False)), True),
        "kinds": _req(Object({kind: _req(_APPEAL_KIND) for kind in APPEAL_KINDS}, missing="R062")),
    },
    missing="R062",
)
_ATTENDEES = Object(
    {
        "required_roles": _opt(Items(Id()), list),
        "invited": _opt(Items(Object({"role": _req(Id()), "areas": Field(Items(Id()))})), list),
        "subordinates": _opt(
            Items(
                Object(
                    {
                        "count": _req(Integer(1)),
                        "class_in": _req(Items(Id(), least=1)),
                        "shortage_allowed_with_reason": _opt(Choice((True, False)), False),
                    }
                )
            ),
            list,
        ),
        "must_cover": _opt(Map(Items(Id())), dict),
        "class_year": _opt(Choice(("cycle_internal", "previous_year")), "cycle_internal"),
    }
)

FILE: Final = Object(
    {
        "rulebook": _req(
            Object(
                {
                    "id": _req(Id()),
                    "version": _req(Text(SEMVER, "1.0.0")),
                    "format": _req(Choice((1,))),
                    "cycle": _req(Text()),
                    "status": _req(Choice(("illustrative", "adopted"))),
                    "timezone": _req(Text()),
                    "language": _req(Text()),
                }
            )
        ),
        "period": _req(_SPAN),
        "periods": _opt(Map(_SPAN), dict),
        "areas": _req(Items(Object({"id": _req(Id()), "label": _req(Label())}), least=1)),
        "total": _req(Map(Decimal())),
        "number": _req(
            Object(
                {
                    "step": _req(Decimal()),
                    "scale": _req(Integer(0, 6)),
                    "rounding": _req(Choice(ROUNDINGS)),
                    "round_at": _req(Choice(("leaf", "total"))),
                }
            )
        ),
        "stages": _req(
            Items(
                Object(
                    {
                        "id": _req(Choice(STAGES, "R022")),
                        "label": _req(Label()),
                        "by": Field(Text()),
                        "official": Field(Choice((True, False))),
                    }
                )
            )
        ),
        "labels": _opt(
            Object({key: _opt(Label(), word) for key, word in LABELS.items()}), lambda: dict(LABELS)
        ),
        "criteria": _req(Items(NODE, least=1)),
        "bonus": _opt(_ADJUSTMENT, lambda: dict(_NO_ADJUSTMENT)),
        "penalty": _opt(_ADJUSTMENT, lambda: dict(_NO_ADJUSTMENT)),
        "totals": _opt(
            Object(
                {
                    "floor": _opt(Decimal(nullable=True), "0"),
                    "classification_cap": _opt(Decimal(), "100"),
                    "rank_by": _opt(Measure(), "ranking_score"),
                }
            ),
            lambda: {"floor": "0", "classification_cap": "100", "rank_by": "ranking_score"},
        ),
        "classes": _req(Items(_CLASS, least=1)),
        "quotas": _opt(Items(_QUOTA), list),
        "vetoes": _opt(Items(_VETO), list),
        "tie_breaks": _opt(
            Items(
                Object(
                    {
                        "by": _req(Measure(("committee_decision",))),
                        "order": Field(Choice(("asc", "desc"))),
                    }
                )
            ),
            list,
        ),
        "rank_style": _opt(Choice(("1224", "1223", "1234")), "1224"),
        "rank_lists": _opt(Items(Text()), lambda: ["area"]),
        "groupings": _opt(
            Items(Object({"id": _req(Id()), "label": _req(Label()), "attribute": _req(Id())})), list
        ),
        "policies": _opt(
            Object(
                {
                    "upload_grace_minutes": _opt(Integer(code="R061"), 0),
                    **{key: _opt(Choice(values, "R061"), values[0]) for key, values in POLICIES.items()},
                },
                unknown="R061",
            ),
            lambda: {"upload_grace_minutes": 0, **{key: values[0] for key, values in POLICIES.items()}},
        ),
        "appeals": _req(_APPEALS),
        "required_documents": _opt(
            Items(Object({"id": _req(Id()), "label": _req(Label()), "areas": Field(Items(Id()))})), list
        ),
        "attendees": Field(_ATTENDEES),
    }
)
