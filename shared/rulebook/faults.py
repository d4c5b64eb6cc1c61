"""Faults of a rulebook file: one stable code each, in both languages (rulebook format §12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

Path = tuple[str | int, ...]

MESSAGES: Final[dict[str, tuple[str, str]]] = {
    "R001": (
        "Không đọc được tệp: cần UTF-8, YAML hợp lệ, không trùng khóa, không dùng neo hay thẻ ({why})",
        "Unreadable: needs UTF-8, valid YAML, no duplicate key, anchor, alias or tag ({why})",
    ),
    "R002": ('Khóa "{k}" không có trong định dạng', 'Unknown key "{k}"'),
    "R003": ('Thiếu khóa bắt buộc "{k}"', 'Required key "{k}" is missing'),
    "R004": ('"{v}" phải là số thập phân đặt trong ngoặc kép', '"{v}" must be a quoted decimal'),
    "R005": ('"{v}" không thuộc danh sách cho phép: {list}', '"{v}" is not one of: {list}'),
    "R006": ('Mã "{id}" bị trùng hoặc sai dạng', 'Id "{id}" is repeated or malformed'),
    "R007": ("Nhãn trống hoặc không ở dạng NFC", "Label empty or not NFC"),
    "R010": (
        'Khu vực "{a}" chưa khai báo, hoặc thiếu tổng điểm',
        'Area "{a}" is undeclared or has no total',
    ),
    "R011": (
        "Khu vực {a}: các tiêu chí cộng lại {x}, tổng khai báo {y}",
        "Area {a}: leaves sum to {x}, declared total {y}",
    ),
    "R012": (
        "Nhóm {g}: điểm tối đa khai báo khác tổng các tiêu chí con",
        "Group {g}: stated max differs from the sum of its children",
    ),
    "R013": ("Điểm tối đa phải dương và đúng bước điểm", "A max must be positive and on the step"),
    "R014": (
        "Tiêu chí {c} không áp dụng cho khu vực nào; nhóm không có tiêu chí",
        "Leaf {c} applies nowhere, or a group is empty",
    ),
    "R015": ("Trọng số âm", "Negative weight"),
    "R016": (
        '"min" phải <= 0, đúng bước điểm, chỉ với input direct',
        "`min` must be <= 0, on the step, with direct input only",
    ),
    "R020": (
        "Tiêu chí {c} phải có đúng một nơi chấm, có trong danh sách",
        "Leaf {c} needs exactly one known owner",
    ),
    "R021": (
        "Giai đoạn đầu của {c} không hợp lệ; TEAM khi và chỉ khi inspection",
        "First stage of {c} invalid; TEAM if and only if inspection",
    ),
    "R022": ("Các giai đoạn phải đủ và đúng thứ tự", "Stages must be the six, in order"),
    "R030": ("Thang {c}: hở tại {x}", "Ladder {c}: gap at {x}"),
    "R031": (
        "Thang {c}: dòng {n} không bao giờ tới được (chồng lấn)",
        "Ladder {c}: row {n} can never be reached (overlap)",
    ),
    "R032": ("Thang {c}: dòng {n} vượt điểm tối đa hoặc âm", "Ladder {c}: row {n} above max or negative"),
    "R033": ("Thang {c}: thiếu metric, unit hoặc domain", "Ladder {c}: metric, unit or domain missing"),
    "R034": (
        '{c}: "per" bắt buộc, lớn hơn 0; chỉ với count',
        "{c}: `per` required, > 0, with count only",
    ),
    "R035": (
        "{c}: no_target chỉ dùng với ratio hoặc thang phần trăm",
        "{c}: no_target only with ratio or a percent ladder",
    ),
    "R036": (
        "{c}: source_max phải > 0, chỉ với direct ở giai đoạn external",
        "{c}: source_max must be > 0, direct external leaves only",
    ),
    "R037": ("{c}: khóa không dùng được với input này", "{c}: key does not belong to this input"),
    "R040": (
        'Bước điểm phải > 0 và viết được với số chữ số "scale"',
        "Step must be > 0 and fit `scale`",
    ),
    "R041": ("Trần hoặc mức thưởng/trừ âm, hoặc lệch bước điểm", "Cap or amount negative or off the step"),
    "R050": (
        "Ngưỡng các loại cùng số đo phải giảm nghiêm ngặt",
        "Thresholds on one measure must strictly decrease",
    ),
    "R051": ("Loại cuối không được có điều kiện", "The last class must have no condition"),
    "R052": ('Số đo "{m}" không tồn tại', 'Unknown measure "{m}"'),
    "R053": (
        "Chuỗi phân định lặp lại, hoặc thiếu committee_decision ở cuối (cần cho 1234, decide)",
        "Tie chain repeats, or lacks a final committee_decision (1234, decide)",
    ),
    "R054": (
        "Khống chế tỷ lệ: loại, tỷ lệ (0..1), mẫu số hoặc làm tròn sai; mỗi loại một mức",
        "Quota: bad class, fraction (0..1), denominator or rounding; one per class",
    ),
    "R055": (
        "Mẫu số units_in_class phải là loại kế dưới và không có khống chế",
        "units_in_class must name the next class down, without quota",
    ),
    "R057": (
        "Xếp hạng chung cần tổng điểm các khu vực bằng nhau",
        "Overall list needs equal totals",
    ),
    "R058": ("Nhóm xếp hạng phụ: thuộc tính không có", "Grouping: unknown attribute"),
    "R060": (
        "Điều kiện khống chế {id}: thiếu nguồn, hoặc hiệu lực không hợp lệ",
        "Veto {id}: source missing or effect invalid",
    ),
    "R061": (
        'Chính sách "{p}": tên hoặc giá trị không hợp lệ',
        'Policy "{p}": unknown name or value',
    ),
    "R062": (
        "Khiếu nại: thiếu loại, thời hạn, nơi quyết định hoặc cách sửa",
        "Appeals: kind, term, decider or corrections missing",
    ),
    "R063": ("Thời kỳ ngược hoặc chưa khai báo", "Period reversed or undeclared"),
    "R064": (
        "Tài liệu hoặc thành phần tham dự nêu khu vực, loại không có",
        "Documents or attendees name an unknown area or class",
    ),
    "R070": (
        "Sửa đổi cần số quyết định và phương thức; phiên bản phải tăng",
        "Amendment needs decision number, mode and a higher version",
    ),
    "R071": (
        "Sửa đổi prospective không được đổi khu vực, tổng, tối đa, trọng số, tiêu chí",
        "A prospective amendment may not change areas, totals, maxima, weights, stages or leaves",
    ),
    "R072": (
        "Không hỗ trợ công thức so với đơn vị khác",
        "Peer-relative formulas are not supported",
    ),
    "W001": ("Thang {c}: tỷ lệ không đơn điệu", "Ladder {c}: fractions not monotone"),
    "W002": ("Trần của {code} lớn hơn trần chung", "Cap of {code} above the common cap"),
    "W003": (
        "Khống chế có thể bằng 0 với khu vực {n} đơn vị",
        "Quota can be 0 in an area of {n} units",
    ),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a rulebook file.  ``line`` counts from 1 and is None when the text is not at hand."""

    code: str
    path: str
    line: int | None
    message_vi: str
    message_en: str


class RulebookFault(ValueError):
    """The rulebook is refused whole.  ``faults`` holds every fault; the attributes show the first one."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        first = faults[0]
        self.code = first.code
        self.path = first.path
        self.line = first.line
        self.message_vi = first.message_vi
        self.message_en = first.message_en
        super().__init__(f"{first.code} at {first.path or 'the file'}: {first.message_en}")


def dotted(path: Path) -> str:
    """A path as people read it: ``criteria[0].children[2].max.QH``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


class _Named(dict[str, str]):
    """The values of a message; whatever the shape check could not name is called by its place in the file."""

    def __init__(self, values: dict[str, str], path: Path) -> None:
        super().__init__(values)
        self.place = dotted(path)

    def __missing__(self, key: str) -> str:
        return self.place


class Report:
    """Collects faults while a file is walked; knows on which line each path stands."""

    def __init__(self, lines: dict[Path, int] | None = None) -> None:
        self.lines = lines or {}
        self.faults: list[Fault] = []

    def add(self, code: str, path: Path, /, **values: object) -> None:
        """Note fault ``code`` at ``path``, once; ``values`` fill the message."""
        vi, en = MESSAGES[code]
        shown = {key: str(value)[:80] for key, value in values.items()}
        line = next((self.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.lines), None)
        named = _Named(shown, path)
        fault = Fault(code, dotted(path), line, vi.format_map(named), en.format_map(named))
        if fault not in self.faults:
            self.faults.append(fault)

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults that refuse the file; W codes only warn."""
        return tuple(fault for fault in self.faults if not fault.code.startswith("W"))
