"""What an operation of the table of rules is called by people, in both languages."""

from __future__ import annotations

from collections.abc import Iterable

from shared.access.rules import RULES

WORDS = {
    "scores.open_cycle": ("mở chu kỳ", "open the cycle"),
    "scores.adopt_rulebook": ("ban hành bộ tiêu chí", "adopt the rulebook"),
    "scores.give_grant": ("giao quyền", "give grants"),
    "scores.end_grant": ("chấm dứt quyền", "end grants"),
    "scores.hand_over_grant": ("chuyển giao quyền", "hand grants over"),
    "scores.invite": ("mời người", "invite people"),
    "scores.register_unit": ("thêm đơn vị", "register units"),
    "scores.register_department": ("thêm Ban", "register departments"),
    "scores.change_unit": ("đổi tên, chuyển, sáp nhập đơn vị", "rename, move, merge units"),
    "scores.assign_scoring": ("phân công chấm điểm", "assign criteria"),
    "scores.set_due": ("đặt hạn chấm", "set due instants"),
    "scores.read_setup": ("xem thiết lập và phân quyền", "read set-up and grants"),
    "scores.record_score": ("ghi điểm", "record scores"),
    "scores.withdraw_score": ("rút điểm", "withdraw scores"),
    "scores.submit_sheet": ("nộp phiếu tự chấm", "submit the sheet"),
    "scores.acknowledge_evaluation": ("xác nhận đã xem đánh giá ngoài", "acknowledge evaluations"),
    "scores.answer_entry": ("xác nhận hoặc bác điểm nhập hộ", "confirm or dispute entries"),
    "scores.propose_bonus": ("đề nghị thưởng", "propose bonuses"),
    "scores.propose_penalty": ("đề nghị trừ", "propose penalties"),
    "scores.record_veto": ("ghi điều kiện khống chế", "record vetoes"),
    "scores.lift_veto": ("gỡ điều kiện khống chế", "lift vetoes"),
    "scores.keep_evidence": ("lưu minh chứng", "keep evidence"),
    "scores.keep_draft": ("lưu bản nháp", "keep drafts"),
    "scores.keep_webhook": ("nhận báo tự động cho hệ thống", "keep webhooks"),
    "inspections.open_round": ("mở đợt kiểm tra", "open a round"),
    "inspections.form_team": ("lập đoàn kiểm tra", "form teams"),
    "inspections.schedule": ("xếp lịch kiểm tra", "schedule inspections"),
    "inspections.receive_pack": ("nhận hồ sơ kiểm tra", "receive packs"),
    "inspections.open_inspection": ("mở buổi kiểm tra", "open an inspection"),
    "inspections.sign_conclusion": ("ký kết luận", "sign conclusions"),
    "inspections.adopt_calendar": ("ban hành lịch", "adopt calendars"),
    "inspections.record_outage": ("ghi sự cố hệ thống", "record outages"),
    "inspections.carry_limitations": ("chuyển hạn chế năm trước", "carry limitations over"),
    "inspections.nominate_member": ("cử người vào đoàn", "nominate members"),
    "inspections.ask_reschedule": ("xin đổi lịch", "ask for another session"),
    "inspections.answer_reschedule": ("trả lời việc xin đổi lịch", "answer such requests"),
    "inspections.assess_pack": ("kiểm hồ sơ", "assess packs"),
    "inspections.forward_pack": ("chuyển hồ sơ cho thành viên", "forward packs"),
    "inspections.open_case": ("lập hồ sơ xét không kiểm tra", "open forfeit cases"),
    "inspections.issue_briefing": ("gửi nội dung lưu ý cho đoàn", "issue briefings"),
    "inspections.register_subordinates": ("khai đơn vị trực thuộc", "register subordinate units"),
    "inspections.declare_attendance": ("khai thành phần dự", "declare attendance"),
    "inspections.forget_name": ("xóa tên người dự", "forget an attendee's name"),
    "inspections.declare_site": ("báo cơ sở vật chất", "declare the site"),
    "inspections.answer_party_committee": ("ghi ý kiến cấp ủy", "record the party committee's answer"),
    "inspections.register_model": ("đăng ký mô hình, giải pháp", "register models"),
    "inspections.assess_model": ("đánh giá mô hình, giải pháp", "assess models"),
    "inspections.assess_limitation": ("đánh giá việc khắc phục hạn chế", "assess limitations"),
    "inspections.record_minutes": ("ghi biên bản", "record minutes"),
    "inspections.record_finding": ("ghi nhận xét", "record findings"),
    "inspections.keep_conclusion_draft": ("soạn kết luận", "draft conclusions"),
    "inspections.delegate_conclusion": ("ủy quyền kết luận", "delegate a conclusion"),
    "inspections.amend_conclusion": ("sửa đổi kết luận", "amend conclusions"),
    "inspections.answer_adjustment": ("trả lời điểm điều chỉnh", "answer adjustments"),
    "inspections.submit_reflection": ("gửi bài thu hoạch", "submit reflection reports"),
    "inspections.read_reflections": ("đọc bài thu hoạch", "read reflection reports"),
    "inspections.close_round": ("đóng đợt kiểm tra", "close a round"),
    "ranking.decide_score": ("quyết định điểm", "decide scores"),
    "ranking.decide_score_withdrawal": ("quyết định rút điểm", "decide withdrawals"),
    "ranking.decide_bonus": ("quyết định thưởng", "decide bonuses"),
    "ranking.decide_penalty": ("quyết định trừ", "decide penalties"),
    "ranking.decide_veto": ("quyết định khống chế", "decide vetoes"),
    "ranking.decide_forfeit": ("quyết định không kiểm tra", "decide forfeits"),
    "ranking.decide_late_fact": ("quyết định điểm trễ", "decide late facts"),
    "ranking.decide_exception": ("quyết định ngoại lệ", "decide exceptions"),
    "ranking.decide_tie": ("quyết định đồng hạng", "decide ties"),
    "ranking.confirm": ("xác nhận quyết định được nhập thay", "confirm decisions"),
    "ranking.acknowledge": ("ghi nhận sự kiện lạ", "acknowledge events"),
    "ranking.freeze": ("đóng băng bảng xếp hạng", "freeze the standings"),
    "ranking.try_what_if": ("thử nghiệm giả định", "try what-ifs"),
    "ranking.publish": ("công bố kết quả", "publish results"),
    "ranking.read_standings": ("xem bảng xếp hạng chưa công bố", "read unpublished standings"),
    "ranking.read_ledger": ("đọc toàn bộ sổ cái", "read the whole ledger"),
    "ranking.replay": ("tính lại từ sổ cái", "replay the ledger"),
    "notify.read_outbox": ("xem thông báo đi", "read the outbox"),
    **{
        f"{service}.read_receipts": (f"đọc biên nhận ({service})", f"read receipts ({service})")
        for service in ("scores", "inspections", "ranking", "notify")
    },
}
"""By ``service.operation``.  The demonstration's own operations are no business of an organisation."""


def may_do(roles: Iterable[str]) -> tuple[str, ...]:
    """The operations that any of ``roles`` may do somewhere, in the order of the table, each once."""
    wanted = set(roles)
    names = (f"{rule.service}.{rule.operation}" for rule in RULES if rule.role in wanted and not rule.demo)
    return tuple(dict.fromkeys(names))
