"""The loader tells the whole story, each command on its own route and in a shape that the service takes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import pytest
from marshmallow import Schema

from deploy.demo.client import NotSeen, Stated
from deploy.demo.command import Command, filled
from deploy.demo.data import city_2020
from deploy.demo.load import ROUTES, TITLES, Tally, await_notices, summary, tell
from deploy.demo.scenario import PHASES, phases_of, scenario
from services.inspections import schemas as inspections
from services.ranking import schemas as ranking
from services.scores import schemas as scores
from shared.batch import MalformedRow
from shared.settings import SERVICES

SHAPES: Mapping[str, type[Schema]] = {
    "open_cycle": scores.CycleSchema,
    "adopt_rulebook": scores.RulebookSchema,
    "register_department": scores.DepartmentBatchSchema,
    "register_unit": scores.UnitBatchSchema,
    "give_grant": scores.GrantSchema,
    "record_score": scores.ScoreBatchSchema,
    "propose_bonus": scores.ProposalSchema,
    "propose_penalty": scores.ProposalSchema,
    "record_veto": scores.VetoSchema,
    "set_due": scores.DueSchema,
    "submit_sheet": scores.SheetSchema,
    "record_evaluation": scores.EvaluationSchema,
    "acknowledge_evaluation": scores.AcknowledgeSchema,
    "confirm_scores": scores.ConfirmSchema,
    "dispute_score": scores.DisputeSchema,
    "adopt_calendar": inspections.CalendarSchema,
    "open_round": inspections.RoundSchema,
    "form_team": inspections.TeamSchema,
    "schedule": inspections.ScheduleBatchSchema,
    "nominate_member": inspections.NominationSchema,
    "withdraw_member": inspections.NominationWithdrawalSchema,
    "issue_briefing": inspections.BriefingSchema,
    "carry_limitations": inspections.LimitationsSchema,
    "register_subordinates": inspections.SubordinatesSchema,
    "declare_attendance": inspections.AttendanceSchema,
    "declare_site": inspections.SiteSchema,
    "answer_party_committee": inspections.PartyCommitteeSchema,
    "register_model": inspections.ModelSchema,
    "receive_pack": inspections.PackSchema,
    "assess_pack": inspections.AssessSchema,
    "forward_pack": inspections.ForwardSchema,
    "ask_reschedule": inspections.RescheduleSchema,
    "decline_reschedule": inspections.RescheduleRefusalSchema,
    "record_minutes": inspections.MinutesSchema,
    "record_finding": inspections.FindingSchema,
    "assess_model": inspections.ModelAssessmentSchema,
    "assess_limitation": inspections.LimitationAssessmentSchema,
    "delegate_conclusion": inspections.DelegationSchema,
    "acknowledge_adjustment": inspections.AcknowledgeAdjustmentSchema,
    "dispute_adjustment": inspections.DisputeAdjustmentSchema,
    "submit_reflection": inspections.ReflectionSchema,
    "record_outage": inspections.OutageSchema,
    "open_case": inspections.CaseSchema,
    "decide_forfeit": ranking.DecideForfeit,
    "open_inspection": inspections.OpenInspectionSchema,
    "sign_conclusion": inspections.ConclusionSchema,
    "amend_conclusion": inspections.AmendmentSchema,
    "decide_bonus": ranking.DecideAmount,
    "decide_penalty": ranking.DecideAmount,
    "decide_score": ranking.DecideScore,
    "decide_exception": ranking.DecideException,
    "freeze": ranking.FreezeCommand,
    "close_round": inspections.CloseSchema,
    "publish": ranking.PublishCommand,
}


@pytest.fixture(scope="module")
def commands() -> tuple[Command, ...]:
    return scenario(city_2020())


class EveryKey(dict[str, tuple[int, ...]]):
    """Numbers for whatever key is asked for."""

    def __missing__(self, key: str) -> tuple[int, ...]:
        return (1, 2, 3)


class Recorder:
    """A client that remembers what it was asked, in order."""

    def __init__(self) -> None:
        self.stated = 1
        self.numbers: dict[str, int] = {}
        self.log: list[tuple[str, ...]] = []
        self.clocks: dict[str, str] = {}

    def command(
        self,
        service: str,
        path: str,
        body: Mapping[str, Any],
        *,
        sub: str,
        acting_as: str,
        key: str,
        already: str = "",
    ) -> Stated:
        self.numbers[service] = self.numbers.get(service, 0) + 1
        self.log.append(("command", service, path, key))
        rows = body.get("scores", body.get("entries", ()))
        return Stated(1, False, tuple(range(1, 2 + len(rows))))

    def send_file(self, path: str, content: bytes, *, sub: str, acting_as: str) -> bool:
        self.log.append(("file", path, sub))
        return True

    def move_clock(self, service: str, at: str, *, sub: str, acting_as: str) -> None:
        self.clocks[service] = max(at, self.clocks.get(service, ""))
        self.log.append(("clock", service, at))

    def await_seen(self, *services: str, size: int | None = None) -> None:
        self.log.append(("seen", *(services or SERVICES)))

    def get(self, service: str, path: str, *, sub: str, acting_as: str, **query: str) -> dict[str, Any]:
        self.log.append(("get", service, path, query["after"]))
        return {}


def test_every_body_has_the_shape_that_its_service_asks_for(commands: tuple[Command, ...]) -> None:
    seen = set()
    for command in commands:
        if command.operation in SHAPES:
            seen.add(command.operation)
            loaded = SHAPES[command.operation]().load(filled(command.body, EveryKey()))
            rows = getattr(loaded, "rows", ())
            assert not [row for row in rows if isinstance(row, MalformedRow)], command
    assert seen == set(SHAPES) == set(ROUTES)


def test_the_files_of_a_pack_follow_its_manifest_and_are_what_it_names(commands: tuple[Command, ...]) -> None:
    packs = [one for one in commands if one.operation == "receive_pack"]
    for pack in packs:
        named = [(one["document"], one["sha256"], one["size"]) for one in pack.body["manifest"]]
        assert named == [
            (document, f"sha256:{hashlib.sha256(content).hexdigest()}", len(content))
            for document, content in pack.files.items()
        ]
    client = Recorder()
    tell(client, packs[:1])  # type: ignore[arg-type]
    first, *sent = [one for one in client.log if one[0] in ("command", "file")]
    assert first[0] == "command"
    assert sent == [("file", f"packs/1/files/{one}/upload", packs[0].sub) for one in packs[0].files]


def test_every_operation_has_a_route_and_every_phase_a_title(commands: tuple[Command, ...]) -> None:
    assert {command.operation for command in commands} == set(ROUTES)
    assert set(TITLES) == set(PHASES)


def test_the_story_is_posted_whole_and_in_order(commands: tuple[Command, ...]) -> None:
    client = Recorder()
    tally = tell(client, commands)  # type: ignore[arg-type]
    keys = [entry[3] for entry in client.log if entry[0] == "command"]
    assert keys == [command.key for command in commands]
    assert tally.commands == len(commands)
    assert tally.phases == list(PHASES)


def test_the_clock_of_a_service_stands_at_the_commands_time_before_it_is_posted(
    commands: tuple[Command, ...],
) -> None:
    client = Recorder()
    moments = iter(commands)
    original = client.command

    def command(service: str, path: str, body: Mapping[str, Any], **who: str) -> Stated:
        assert client.clocks[service] == next(moments).at
        return original(service, path, body, **who)

    client.command = command  # type: ignore[method-assign]
    tell(client, commands)  # type: ignore[arg-type]


def test_before_each_phase_all_services_have_read_the_one_before(commands: tuple[Command, ...]) -> None:
    client = Recorder()
    tell(client, commands)  # type: ignore[arg-type]
    firsts = {part[0].key for part in phases_of(commands).values()}
    for place, entry in enumerate(client.log):
        if entry[0] == "command" and entry[3] in firsts:
            before = [one for one in client.log[:place] if one[0] != "clock"]
            publication = entry[2] == "publish"
            assert publication or before[-1] == ("seen", *SERVICES)


def test_it_stops_after_the_phase_that_was_named(commands: tuple[Command, ...]) -> None:
    client = Recorder()
    tally = tell(client, commands, until="round")  # type: ignore[arg-type]
    assert tally.phases == ["setup", "round"]
    assert not [entry for entry in client.log if entry[0] == "command" and entry[2] == "sheets"]


def test_what_is_published_was_seen_by_ranking_first(commands: tuple[Command, ...]) -> None:
    client = Recorder()
    tell(client, commands)  # type: ignore[arg-type]
    place = next(index for index, entry in enumerate(client.log) if entry[2:3] == ("publish",))
    reads = [entry for entry in client.log[:place] if entry[0] == "get"]
    assert {entry[3].split(":")[0] for entry in reads} == {"scores", "inspections", "ranking"}


def test_the_summary_counts_the_units_of_each_area() -> None:
    rows = [{"name": "Quận Đoàn 1", "total": "102.50", "complete": True}, {"name": "x", "total": None}]
    table = summary(Tally(3, 1, 7), {"position": 9, "areas": [{"area": "QH", "rows": rows}]})
    assert [list(column.cells) for column in table.columns] == [
        ["QH"],
        ["2"],
        ["Quận Đoàn 1"],
        ["102.50"],
        ["1/2"],
    ]
    assert str(table.caption) == "3 commands, 7 new events, 1 answered before"


def test_the_load_waits_for_a_notice_of_every_unit_and_says_when_they_do_not_come(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Slow(Recorder):
        def await_seen(self, *services: str, size: int | None = None) -> None:
            raise NotSeen(f"{services[0]} has read 3 of {size} positions")

    patient = Recorder()
    await_notices(patient, 66)  # type: ignore[arg-type]
    assert patient.log == [("seen", "ranking")]
    await_notices(Slow(), 66)  # type: ignore[arg-type]
    assert "3 of 67 positions" in capsys.readouterr().out
