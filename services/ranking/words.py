"""What happened, in words: one event as a short sentence in Vietnamese and in English.

Pure: reads the catalogue's ``data`` and a book of names.  An event that this code does not know still
gets a sentence, since the slider and the history show every position.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages of the pages."""

    vi: str
    en: str

    def in_(self, language: str) -> str:
        """The text in ``language``; anything but ``en`` is Vietnamese."""
        return self.en if language == "en" else self.vi


@dataclass(frozen=True, slots=True)
class Names:
    """Names for the codes of a ledger; a code without a name stays itself."""

    units: Mapping[str, str] = field(default_factory=dict)
    departments: Mapping[str, str] = field(default_factory=dict)
    criteria: Mapping[str, str] = field(default_factory=dict)

    def unit(self, code: str) -> str:
        return self.units.get(code, code)

    def department(self, code: str) -> str:
        return self.departments.get(code, code)


def comma(points: str) -> str:
    """A decimal string as Vietnamese pages write it: ``8.25`` -> ``8,25``."""
    return points.replace(".", ",")


_STAGES = {
    "self": Words("tự chấm", "scored itself on"),
    "department": Words("chấm", "scored"),
    "external": Words("gửi đánh giá", "evaluated"),
}

Sentence = Callable[[Names, str, Mapping[str, Any]], Words]


def _score(names: Names, subject: str, data: Mapping[str, Any]) -> Words:
    unit, criterion = names.unit(subject), str(data["criterion"])
    if data.get("state") == "NO_TARGET":
        body = names.department(str(data.get("responsible", "")))
        return Words(
            f"{body or 'Đơn vị phụ trách'} không giao chỉ tiêu {criterion} cho {unit}",
            f"{body or 'The owner'} sets no target in {criterion} for {unit}",
        )
    value = str(data["value"])
    if "target" in data:
        vi, en = f"{comma(value)}/{comma(str(data['target']))}", f"{value}/{data['target']}"
    else:
        vi, en = comma(value), value
    stage = _STAGES[data["stage"]]
    if data["stage"] == "self":
        return Words(f"{unit} {stage.vi} tiêu chí {criterion}: {vi}", f"{unit} {stage.en} {criterion}: {en}")
    body = names.department(str(data.get("responsible", ""))) or {"department": "Ban/ĐVSN"}.get(
        data["stage"], ""
    )
    entered = Words(" (nhập hộ)", " (entered on its behalf)") if "on_behalf_of" in data else Words("", "")
    return Words(
        f"{body} {stage.vi} {unit}, tiêu chí {criterion}: {vi}{entered.vi}".strip(),
        f"{body or 'The owner'} {stage.en} {unit}, criterion {criterion}: {en}{entered.en}",
    )


def _conclusion(names: Names, subject: str, data: Mapping[str, Any]) -> Words:
    unit, scores, changes = names.unit(subject), len(data["scores"]), len(data["adjustments"])
    return Words(
        f"Kết luận kiểm tra {unit}: {scores} điểm kiểm tra, {changes} điều chỉnh",
        f"Inspection of {unit} concluded: {scores} inspection scores, {changes} adjustments",
    )


def _amount(kind_vi: str, kind_en: str) -> Sentence:
    def sentence(names: Names, subject: str, data: Mapping[str, Any]) -> Words:
        unit, code = names.unit(subject), data["code"]
        accepted = data["outcome"] == "accepted"
        return Words(
            f"Ban Thường vụ {'duyệt' if accepted else 'không duyệt'} {kind_vi} {code} của {unit}",
            f"The Standing Committee {'accepts' if accepted else 'refuses'} {kind_en} {code} of {unit}",
        )

    return sentence


def _proposed(kind_vi: str, kind_en: str) -> Sentence:
    def sentence(names: Names, subject: str, data: Mapping[str, Any]) -> Words:
        unit, code = names.unit(subject), data["code"]
        return Words(f"Đề nghị {kind_vi} {code} cho {unit}", f"{kind_en} {code} proposed for {unit}")

    return sentence


def _decided_score(names: Names, subject: str, data: Mapping[str, Any]) -> Words:
    unit, criterion = names.unit(subject), data["criterion"]
    if "points" in data:
        vi, en = f"{comma(str(data['points']))} điểm", f"{data['points']} points"
    else:
        vi, en = "không áp dụng", "not applicable"
    return Words(
        f"Ban Thường vụ quyết định tiêu chí {criterion} của {unit}: {vi}",
        f"The Standing Committee decides {criterion} of {unit}: {en}",
    )


def _submission(names: Names, subject: str, data: Mapping[str, Any]) -> Words:
    unit, filled, missing = names.unit(subject), len(data["manifest"]), len(data["missing"])
    late_vi, late_en = ("", "") if data["on_time"] else (", trễ hạn", ", late")
    return Words(
        f"{unit} gửi hồ sơ: {filled} tài liệu, còn thiếu {missing}{late_vi}",
        f"{unit} sent its pack: {filled} documents, {missing} still missing{late_en}",
    )


def _file_received(names: Names, subject: str, data: Mapping[str, Any]) -> Words:
    unit, pack, document = names.unit(subject), data["pack"], data["document"]
    late = ("", "") if data["on_time"] else (", trễ hạn", ", late")
    return Words(
        f"Đã nhận tệp {document} của hồ sơ số {pack}, {unit}{late[0]}",
        f"File {document} of pack {pack} of {unit} has come{late[1]}",
    )


def _assessed(names: Names, subject: str, data: Mapping[str, Any]) -> Words:
    unit, pack = names.unit(subject), data["pack"]
    bad = ", ".join(one["document"] for one in data["findings"] if one["outcome"] != "accepted")
    if not bad:
        return Words(
            f"Hồ sơ số {pack} của {unit}: đầy đủ, dùng được", f"Pack {pack} of {unit}: full and usable"
        )
    return Words(
        f"Hồ sơ số {pack} của {unit}: thiếu hoặc không dùng được {bad}",
        f"Pack {pack} of {unit}: missing or unusable {bad}",
    )


def _forwarded(names: Names, subject: str, data: Mapping[str, Any]) -> Words:
    unit, pack, members = names.unit(subject), data["pack"], len(data["members"])
    return Words(
        f"Thư ký chuyển hồ sơ số {pack} của {unit} đến {members} thành viên",
        f"Pack {pack} of {unit} is forwarded to {members} members",
    )


def _case(names: Names, subject: str, data: Mapping[str, Any]) -> Words:
    unit, due, missing = names.unit(subject), data["due"], ", ".join(data["missing"])
    return Words(
        f"{unit} không gửi đầy đủ hồ sơ trước {due} (thiếu {missing}): trình Ban Thường vụ",
        f"{unit} sent no full pack before {due} (missing {missing}): a case for the Standing Committee",
    )


def _published(names: Names, subject: str, data: Mapping[str, Any]) -> Words:
    return Words(
        f"Công bố phiên bản {data['version']}, chốt tại vị trí {data['position']}",
        f"Version {data['version']} published, pinned at position {data['position']}",
    )


def _of_unit(vi: str, en: str) -> Sentence:
    """A sentence with the name of the unit, or the team, and fields of ``data`` filled in."""

    def sentence(names: Names, subject: str, data: Mapping[str, Any]) -> Words:
        fill = {"unit": names.unit(subject), "team": subject.removeprefix("team:"), **data}
        return Words(vi.format_map(fill), en.format_map(fill))

    return sentence


def _declared(field_: str, yes: Words, no: Words) -> Sentence:
    """A sentence for what the unit says yes or no to, in ``field_``."""

    def sentence(names: Names, subject: str, data: Mapping[str, Any]) -> Words:
        said = yes if data[field_] else no
        return Words(said.vi.format(unit=names.unit(subject)), said.en.format(unit=names.unit(subject)))

    return sentence


def _late_fact(names: Names, subject: str, data: Mapping[str, Any]) -> Words:
    unit, fact = names.unit(subject), data["fact"]
    if data["outcome"] == "accepted":
        return Words(
            f"Ban Thường vụ cho tính điểm trễ của {unit} (vị trí {fact})",
            f"The Standing Committee lets the late score of {unit} count (position {fact})",
        )
    return Words(
        f"Ban Thường vụ không tính điểm trễ của {unit} (vị trí {fact})",
        f"The Standing Committee refuses the late score of {unit} (position {fact})",
    )


def _exception(names: Names, subject: str, data: Mapping[str, Any]) -> Words:
    unit, criteria = names.unit(subject), ", ".join(data["criteria"])
    return Words(
        f"Ban Thường vụ cho công bố {unit} khi thiếu {criteria}",
        f"The Standing Committee lets {unit} be published without {criteria}",
    )


def _day(text: str) -> str:
    """A day as Vietnamese pages write it: ``2021-01-01`` -> ``01/01/2021``."""
    return date.fromisoformat(text).strftime("%d/%m/%Y")


def _renamed(names: Names, subject: str, data: Mapping[str, Any]) -> Words:
    unit, name, first = names.unit(subject), data["name"], data["valid_from"]
    return Words(f"{unit} mang tên {name} từ ngày {_day(first)}", f"{unit} is called {name} from {first} on")


def _moved(names: Names, subject: str, data: Mapping[str, Any]) -> Words:
    unit, area, first = names.unit(subject), data["area"], data["valid_from"]
    return Words(
        f"{unit} chuyển sang khu vực {area} từ ngày {_day(first)}",
        f"{unit} belongs to area {area} from {first} on",
    )


def _closed(names: Names, subject: str, data: Mapping[str, Any]) -> Words:
    unit, last = names.unit(subject), data["last_day"]
    after = ", ".join(names.unit(code) for code in data["successors"])
    return Words(
        f"{unit} kết thúc sau ngày {_day(last)}" + (f"; kế thừa: {after}" if after else ""),
        f"{unit} closes after {last}" + (f"; succeeded by {after}" if after else ""),
    )


def _assigned(names: Names, subject: str, data: Mapping[str, Any]) -> Words:
    criterion, owner = data["criterion"], names.department(data["owner"])
    return Words(
        f"Giao {owner} chấm tiêu chí {criterion}, theo {data['document']}",
        f"{owner} is to score criterion {criterion}, by {data['document']}",
    )


_DUE = {
    "self": Words("tự chấm", "Self scores"),
    "department": Words("chấm của Ban, đơn vị sự nghiệp", "Scores of departments"),
    "external": Words("đánh giá ngoài", "External evaluations"),
}


def _due(names: Names, subject: str, data: Mapping[str, Any]) -> Words:
    stage, due = _DUE[data["stage"]], data["due"]
    of_vi, of_en = (
        (f" tiêu chí {data['criterion']}", f" of {data['criterion']}") if "criterion" in data else ("", "")
    )
    return Words(f"Hạn {stage.vi}{of_vi}: trước {due}", f"{stage.en}{of_en} are due before {due}")


def _completeness(vi: str, en: str) -> Sentence:
    def sentence(names: Names, subject: str, data: Mapping[str, Any]) -> Words:
        criteria = data["criteria"]
        fill = {
            "body": names.department(data["department"]),
            "unit": names.unit(subject),
            "criteria": criteria if isinstance(criteria, int) else ", ".join(criteria),
        }
        return Words(vi.format_map(fill), en.format_map(fill))

    return sentence


def _evaluation(names: Names, subject: str, data: Mapping[str, Any]) -> Words:
    authors = ", ".join(names.department(code) for code in data["authors"])
    criterion, units = data["criterion"], data["units"]
    return Words(
        f"Nhận đánh giá của {authors} về tiêu chí {criterion}, {units} đơn vị",
        f"Evaluation by {authors} received: criterion {criterion}, {units} units",
    )


def _confirmed(names: Names, subject: str, data: Mapping[str, Any]) -> Words:
    body, unit, count = (
        names.department(str(data.get("responsible", ""))),
        names.unit(subject),
        len(data["scores"]),
    )
    return Words(
        f"{body or 'Đơn vị phụ trách'} xác nhận {count} điểm nhập hộ cho {unit}",
        f"{body or 'The owner'} confirms {count} scores of {unit} entered on its behalf",
    )


def _disputed(names: Names, subject: str, data: Mapping[str, Any]) -> Words:
    body, unit, text = names.department(str(data.get("responsible", ""))), names.unit(subject), data["text"]
    return Words(
        f"{body or 'Đơn vị phụ trách'} không công nhận điểm nhập hộ cho {unit}: {text}",
        f"{body or 'The owner'} disputes a score of {unit} entered on its behalf: {text}",
    )


SENTENCES: dict[str, Sentence] = {
    "ledger.opened.v1": _of_unit("Mở sổ cái {org}/{cycle}: {name}", "Ledger {org}/{cycle} opened: {name}"),
    "key.added.v1": _of_unit("Thêm khóa ký cho {source_name}", "A key is added for {source_name}"),
    "key.retired.v1": _of_unit("Ngừng dùng một khóa ký: {reason}", "A key is retired: {reason}"),
    "cycle.opened.v1": _of_unit("Mở kỳ đánh giá: {name}", "Cycle opened: {name}"),
    "rulebook.part.v1": _of_unit("Nạp bộ tiêu chí, một phần", "A part of the rulebook is stated"),
    "rulebook.adopted.v1": _of_unit(
        "Ban hành bộ tiêu chí {rulebook_id} {version}", "Rulebook {rulebook_id} {version} adopted"
    ),
    "unit.registered.v1": _of_unit("Đăng ký đơn vị {name}", "Unit {name} registered"),
    "unit.renamed.v1": _renamed,
    "unit.moved.v1": _moved,
    "unit.closed.v1": _closed,
    "department.registered.v1": _of_unit("Đăng ký đơn vị chấm {name}", "Scoring body {name} registered"),
    "grant.given.v1": _of_unit("Phân quyền {role} cho {sub}", "{sub} is granted {role}"),
    "grant.ended.v1": _of_unit("Kết thúc một phân quyền", "A grant ends"),
    "scoring.assigned.v1": _assigned,
    "scoring.due_set.v1": _due,
    "scoring.completed.v1": _completeness(
        "{body} đã chấm đủ {criteria} tiêu chí của {unit}",
        "{body} has scored all {criteria} criteria of {unit}",
    ),
    "scoring.reopened.v1": _completeness(
        "{body} lại thiếu tiêu chí {criteria} của {unit}", "{body} lacks {criteria} of {unit} again"
    ),
    "selfassessment.submitted.v1": _of_unit(
        "{unit} nộp phiếu tự chấm, {values} tiêu chí", "{unit} submits its self scores, {values} criteria"
    ),
    "evaluation.received.v1": _evaluation,
    "evaluation.acknowledged.v1": _of_unit(
        "{unit} đã đọc đánh giá {evaluation}", "{unit} has read evaluation {evaluation}"
    ),
    "score.confirmed.v1": _confirmed,
    "score.disputed.v1": _disputed,
    "score.recorded.v1": _score,
    "score.withdrawn.v1": _of_unit(
        "Rút điểm tiêu chí {criterion} của {unit}: {reason}",
        "Score {criterion} of {unit} withdrawn: {reason}",
    ),
    "bonus.proposed.v1": _proposed("điểm thưởng", "Bonus"),
    "penalty.proposed.v1": _proposed("điểm trừ", "Penalty"),
    "veto.recorded.v1": _of_unit(
        "Ghi nhận điều kiện khống chế {veto} với {unit}", "Veto {veto} recorded for {unit}"
    ),
    "veto.lifted.v1": _of_unit("Gỡ điều kiện khống chế {veto} với {unit}", "Veto {veto} lifted for {unit}"),
    "round.opened.v1": _of_unit("Mở đợt kiểm tra {round}", "Round {round} opened"),
    "round.closed.v1": _of_unit("Kết thúc đợt kiểm tra {round}", "Round {round} closed"),
    "team.formed.v1": _of_unit("Thành lập đoàn kiểm tra {team}", "Team {team} formed"),
    "calendar.adopted.v1": _of_unit(
        "Ban hành lịch {calendar}, phiên bản {version}", "Calendar {calendar}, version {version}, adopted"
    ),
    "team.member_nominated.v1": _of_unit(
        "{department} cử {person} vào đoàn {team}", "{department} names {person} for team {team}"
    ),
    "team.member_withdrawn.v1": _of_unit(
        "Rút {person} khỏi đoàn {team}: {reason}", "{person} is withdrawn from team {team}: {reason}"
    ),
    "inspection.reschedule_requested.v1": _of_unit(
        "{unit} đề nghị đổi lịch: {reason}", "{unit} asks for another session: {reason}"
    ),
    "inspection.reschedule_declined.v1": _of_unit(
        "Trưởng đoàn giữ lịch kiểm tra {unit}: {reason}",
        "The leader keeps the session at {unit}: {reason}",
    ),
    "inspection.scheduled.v1": _of_unit(
        "Xếp lịch kiểm tra {unit} ngày {date}", "Inspection of {unit} set for {date}"
    ),
    "inspection.opened.v1": _of_unit("Bắt đầu kiểm tra {unit}", "Inspection of {unit} opened"),
    "submission.received.v1": _submission,
    "submission.file_received.v1": _file_received,
    "submission.assessed.v1": _assessed,
    "submission.forwarded.v1": _forwarded,
    "forfeit.case_opened.v1": _case,
    "outage.recorded.v1": _of_unit(
        "Hệ thống gián đoạn từ {from} đến {to}: {text}",
        "This system could not be reached from {from} to {to}: {text}",
    ),
    "conclusion.signed.v1": _conclusion,
    "conclusion.amended.v1": _of_unit(
        "Sửa kết luận kiểm tra {unit}: {reason}", "The conclusion on {unit} is amended: {reason}"
    ),
    "conclusion.delegated.v1": _of_unit(
        "Trưởng đoàn ủy quyền cho {person} kết luận tại {unit}, theo {document}",
        "The leader lets {person} conclude at {unit}, by {document}",
    ),
    "adjustment.acknowledged.v1": _of_unit(
        "{unit} đồng ý điều chỉnh tiêu chí {criterion}", "{unit} acknowledges the adjustment of {criterion}"
    ),
    "adjustment.disputed.v1": _of_unit(
        "{unit} không đồng ý điều chỉnh tiêu chí {criterion}: {text}",
        "{unit} disputes the adjustment of {criterion}: {text}",
    ),
    "briefing.issued.v1": _of_unit(
        "{department} thông tin cho đoàn kiểm tra", "{department} briefs the inspection teams"
    ),
    "subordinates.registered.v1": _of_unit(
        "{unit} nêu các đơn vị trực thuộc, theo {document}", "{unit} states its subordinates, by {document}"
    ),
    "attendance.declared.v1": _of_unit(
        "{unit} nêu thành phần tham dự, bản {version}", "{unit} declares who will attend, version {version}"
    ),
    "site.declared.v1": _declared(
        "ready",
        Words("{unit} sẵn sàng phòng làm việc", "{unit} says that the place is ready"),
        Words("{unit} chưa sẵn sàng phòng làm việc", "{unit} says that the place is not ready yet"),
    ),
    "party_committee.answered.v1": _declared(
        "attends",
        Words("Cấp ủy {unit} dự kiểm tra", "The party committee of {unit} attends"),
        Words("Cấp ủy {unit} không dự kiểm tra", "The party committee of {unit} does not attend"),
    ),
    "minutes.recorded.v1": _of_unit(
        "Ghi biên bản kiểm tra {unit}, bản {version}", "Minutes of {unit} recorded, version {version}"
    ),
    "finding.recorded.v1": _of_unit(
        "Ghi nhận nội dung {content} tại {unit}", "A finding on {content} at {unit}"
    ),
    "model.registered.v1": _of_unit(
        "{unit} đăng ký mô hình {ref}: {title}", "{unit} registers the model {ref}: {title}"
    ),
    "model.assessed.v1": _of_unit(
        "Đoàn nhận xét mô hình {ref} của {unit}", "The model {ref} of {unit} is assessed"
    ),
    "limitation.carried.v1": _of_unit(
        "Nêu hạn chế năm trước của {unit}", "Last year's limitations of {unit} are carried in"
    ),
    "limitation.assessed.v1": _of_unit(
        "Đánh giá khắc phục hạn chế {ref} của {unit}", "Whether {unit} remedied {ref} is assessed"
    ),
    "reflection.submitted.v1": _of_unit(
        "{person} gửi bài thu hoạch, đoàn {team}", "{person} of team {team} sends in a reflection"
    ),
    "decision.score.v1": _decided_score,
    "decision.score_withdrawn.v1": _of_unit(
        "Ban Thường vụ rút quyết định về tiêu chí {criterion} của {unit}",
        "The Standing Committee takes back its decision on {criterion} of {unit}",
    ),
    "decision.bonus.v1": _amount("điểm thưởng", "bonus"),
    "decision.penalty.v1": _amount("điểm trừ", "penalty"),
    "decision.forfeit_confirmed.v1": _of_unit(
        "Ban Thường vụ xác nhận {unit} không gửi đủ hồ sơ, không kiểm tra",
        "The Standing Committee confirms that {unit} forfeits its inspection",
    ),
    "decision.forfeit_lifted.v1": _of_unit(
        "Ban Thường vụ gỡ xác nhận không kiểm tra với {unit}", "The forfeit of {unit} is lifted"
    ),
    "decision.forfeit_declined.v1": _of_unit(
        "Ban Thường vụ không chấp nhận đề nghị không kiểm tra {unit}; buổi kiểm tra vẫn tiến hành",
        "The Standing Committee declines the forfeit case of {unit}; the inspection goes on",
    ),
    "decision.veto_recorded.v1": _of_unit(
        "Ban Thường vụ ghi nhận điều kiện khống chế {veto} với {unit}",
        "The Standing Committee puts veto {veto} in force for {unit}",
    ),
    "decision.veto_lifted.v1": _of_unit(
        "Ban Thường vụ gỡ điều kiện khống chế {veto} với {unit}",
        "The Standing Committee lifts veto {veto} for {unit}",
    ),
    "decision.late_fact.v1": _late_fact,
    "decision.exception.v1": _exception,
    "decision.confirmed.v1": _of_unit(
        "Thành viên Ban Thường vụ xác nhận quyết định ở vị trí {decision}",
        "A member confirms the decision at position {decision}",
    ),
    "decision.disputed.v1": _of_unit(
        "Thành viên Ban Thường vụ bác quyết định nhập ở vị trí {decision}",
        "A member disputes the entry at position {decision}",
    ),
    "event.acknowledged.v1": _of_unit(
        "Ghi nhận sự kiện chưa hiểu ở vị trí {event}: {reason}",
        "The event at position {event}, not understood, is acknowledged: {reason}",
    ),
    "noise.acknowledged.v1": _of_unit(
        "Ghi nhận một bản ghi không xác thực: {reason}",
        "A record that is not authentic is acknowledged: {reason}",
    ),
    "standings.frozen.v1": _of_unit(
        "Đóng băng vị trí {position}, tên “{name}”: {reason}",
        "Position {position} is frozen as “{name}”: {reason}",
    ),
    "decision.tie.v1": _of_unit(
        "Ban Thường vụ phân định đồng hạng, khu vực {area}", "A tie in area {area} is decided"
    ),
    "result.published.v1": _published,
    "notice.issued.v1": _of_unit("Phát hành thông báo cho {unit}", "Notice issued to {unit}"),
}


def describe(type_: str, subject: str, data: Mapping[str, Any], names: Names) -> Words:
    """The event in words.  Never raises: an unknown type or bad ``data`` is named as what it is."""
    sentence = SENTENCES.get(type_)
    if sentence is not None:
        try:
            return sentence(names, subject, data)
        except (KeyError, TypeError, AttributeError, ValueError, IndexError):
            pass
    return Words(f"Sự kiện chưa hiểu: {type_} ({subject})", f"Event not understood: {type_} ({subject})")


MEASURES: Mapping[str, Words] = {
    "base": Words("điểm cơ bản (trước thưởng, trừ)", "base (before bonus and penalty)"),
    "bonus": Words("điểm thưởng", "bonus"),
    "penalty": Words("điểm trừ", "penalty"),
    "ranking_score": Words("tổng điểm", "total"),
    "classification_score": Words("điểm phân loại", "classification score"),
    "recognised_models": Words("số mô hình được công nhận", "recognised models"),
    "committee_decision": Words("quyết định của Ban Thường vụ", "a decision of the Standing Committee"),
    "unranked": Words("chưa được xếp hạng", "being unranked"),
    "rank": Words("thứ hạng", "rank"),
}
"""The measures of the rulebook (format §7) that name neither a criterion nor a group."""

_REASONS: dict[str, tuple[str, str]] = {
    "DUPLICATE": ("{a} nêu trùng một sự việc, chỉ tính một lần",
                  "{a} names the same occurrence twice; counted once"),
    "RESCALED": ("Tiêu chí {a} không giao chỉ tiêu hoặc không áp dụng: quy đổi theo phần còn lại",
                 "{a} has no target or does not apply: the rest is scaled up"),
    "INCOMPLETE": ("Còn thiếu {a} tiêu chí", "{a} criteria still missing"),
    "INVALIDATED": ("Điểm {a} không còn hợp lệ theo bộ tiêu chí mới",
                    "{a} no longer fits the amended rulebook"),
    "BONUS_CAP": ("Điểm thưởng chạm trần ({a})", "Bonus capped ({a})"),
    "PENALTY_CAP": ("Điểm trừ chạm trần ({a})", "Penalty capped ({a})"),
    "FLOOR": ("Tổng điểm không xuống dưới mức sàn", "The total stops at the floor"),
    "CLAMP": ("Điểm phân loại dừng ở trần; xếp hạng dùng tổng đầy đủ",
              "The classification score is capped; ranking uses the full total"),
    "VETO": ("Điều kiện khống chế {a} hạ mức phân loại", "Veto {a} lowers the class"),
    "QUOTA": ("Vượt tỷ lệ khống chế của mức {a}", "Beyond the quota of class {a}"),
    "TIE_AT_QUOTA": ("Đồng hạng ngay tại mức khống chế {a}: chờ Ban Thường vụ quyết định",
                     "Tied on the quota line of {a}: awaits a decision"),
    "TIE_BROKEN": ("Phân định đồng điểm theo {a}", "Tie broken by {a}"),
    "TIE": ("Đồng hạng", "Tied"),
}  # fmt: skip


def reason_words(reason: str, classes: Mapping[str, str] | None = None) -> Words:
    """A reason code of rulebook 9 (``QUOTA:EXCELLENT``) in words; an unknown code stays itself."""
    name, _, argument = reason.partition(":")
    found = _REASONS.get(name)
    if found is None:
        return Words(reason, reason)
    about = _step(argument) if name == "TIE_BROKEN" else Words(_NAMED.get(argument, argument), argument)
    vi = (classes or {}).get(argument, about.vi)
    return Words(found[0].format(a=vi), found[1].format(a=about.en))


_NAMED = {"total": "trần chung"}


def _step(measure: str) -> Words:
    """A step of the tie chain."""
    kind, _, code = measure.partition(":")
    if kind in ("criterion", "group") and code:
        return Words(f"{'tiêu chí' if kind == 'criterion' else 'nhóm'} {code}", f"{kind} {code}")
    return MEASURES.get(measure, Words(measure, measure))
