"""A file is taken when its content is what its name says, everybody can read it, and it brings no program."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.decisions import Refused
from shared.uploads.content import KINDS, check_content
from shared.uploads.office import MAX_PARTS, MAX_UNPACKED
from tests.support import files

SOUND = {
    "pdf": files.pdf(),
    "docx": files.ooxml(),
    "xlsx": files.xlsx(),
    "pptx": files.ooxml(files.SLIDES),
    "odt": files.odf(),
    "ods": files.odf("spreadsheet"),
    "jpg": files.JPEG,
    "jpeg": files.JPEG,
    "png": files.PNG,
    "webp": files.WEBP,
    "txt": "Minh chứng: đã làm\tđủ.\r\n".encode(),
    "csv": "Quận;Điểm\n1;8,25\n".encode(),
}


def refused(name: str, content: bytes) -> str:
    """The rule under which a file is refused."""
    with pytest.raises(Refused) as told:
        check_content(name, io.BytesIO(content))
    fault = told.value.faults[0]
    assert fault.vi
    assert fault.en
    return told.value.rule


def test_every_kind_that_is_taken_is_tried_here() -> None:
    assert set(SOUND) == set(KINDS)


@pytest.mark.parametrize("extension", SOUND)
def test_a_sound_file_is_taken_with_the_media_type_of_its_kind(extension: str) -> None:
    file = io.BytesIO(SOUND[extension])
    file.seek(3)  # wherever it stands
    assert check_content(f"Báo cáo.{extension}", file) == KINDS[extension].media_type
    assert check_content(f"BÁO CÁO.{extension.upper()}", file) == KINDS[extension].media_type


@pytest.mark.parametrize("called", SOUND)
@pytest.mark.parametrize("really", SOUND)
def test_a_file_under_the_name_of_another_kind_is_refused(called: str, really: str) -> None:
    if KINDS[called].check is KINDS[really].check:
        return
    assert refused(f"a.{called}", SOUND[really]) in ("evidence-mismatch", "evidence-protected")


@pytest.mark.parametrize(
    "name", ["a.exe", "a.doc", "a.docm", "a.xlsm", "a.html", "a.svg", "a.zip", "pdf", "a.pdf.js"]
)
def test_other_kinds_are_not_taken_and_the_refusal_lists_those_that_are(name: str) -> None:
    with pytest.raises(Refused, match="evidence-type") as told:
        check_content(name, io.BytesIO(files.pdf()))
    assert all(extension in told.value.faults[0].en for extension in KINDS)


def test_a_password_protected_pdf_is_refused() -> None:
    assert refused("a.pdf", files.pdf(user="mật khẩu")) == "evidence-protected"


def test_a_pdf_that_everybody_can_open_and_nobody_may_print_is_taken() -> None:
    assert check_content("a.pdf", io.BytesIO(files.pdf(owner="chỉ cấm in"))) == "application/pdf"


def test_a_pdf_locked_in_a_way_of_its_own_is_refused_as_protected() -> None:
    locked = files.pdf(user="x").replace(b"/Standard", b"/Hangrieng")
    assert refused("a.pdf", locked) == "evidence-protected"


@pytest.mark.parametrize(
    "content", [b"%PDF-", b"%PDF-1.7\n" + bytes(200), files.pdf()[:-200], b"x" + files.pdf()]
)
def test_a_pdf_that_cannot_be_read_is_refused(content: bytes) -> None:
    assert refused("a.pdf", content) == "evidence-mismatch"


@pytest.mark.parametrize("extension", ["docx", "xlsx", "pptx"])
def test_a_password_protected_office_file_is_refused(extension: str) -> None:
    assert refused(f"a.{extension}", files.locked_ooxml()) == "evidence-protected"


def test_an_office_file_of_the_old_format_under_the_new_name_is_refused() -> None:
    assert refused("a.docx", files.OLE) == "evidence-mismatch"


def test_a_password_protected_open_document_is_refused() -> None:
    manifest = b'<manifest:file-entry><manifest:encryption-data manifest:checksum="x"/></manifest:file-entry>'
    assert refused("a.odt", files.odf(manifest=manifest)) == "evidence-protected"


@pytest.mark.parametrize("name", ["a.docx", "a.odt"])
def test_a_container_with_encrypted_parts_is_refused(name: str) -> None:
    content = files.ooxml() if name == "a.docx" else files.odf()
    assert refused(name, files.locked_zip(content)) == "evidence-protected"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", files.ooxml(files.MACRO_WORD)),
        ("a.docx", files.ooxml(**{"word__vbaProject.bin": b"x"})),
        ("a.xlsx", files.ooxml(files.WORD, **{"xl__macrosheets__sheet1.xml": b"x"})),
        ("a.pptx", files.ooxml(files.SLIDES, **{"ppt__activeX__activeX1.xml": b"x"})),
        ("a.odt", files.odf(**{"Basic__Standard__Module1.xml": b"x"})),
        ("a.ods", files.odf("spreadsheet", **{"Scripts__python__x.py": b"x"})),
    ],
)
def test_a_file_with_macros_is_refused(name: str, content: bytes) -> None:
    assert refused(name, content) == "evidence-macros"


def test_a_container_that_unpacks_to_too_much_is_refused_unread() -> None:
    assert refused("a.docx", files.bomb(MAX_UNPACKED + 1)) == "evidence-unpacked-size"
    many = {f"p{number}": b"" for number in range(MAX_PARTS)}
    assert refused("a.docx", files.ooxml(**many)) == "evidence-unpacked-size"


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04",
        b"PK\x05\x06" + bytes(18),
        files.ooxml()[:-30],
        files.archive({"x": b""}),
        files.archive({"[Content_Types].xml": b""}),
        files.ooxml().replace(b"PK\x03\x04", b"PK\x03\x05"),
    ],
)
def test_a_broken_container_is_refused(content: bytes) -> None:
    assert refused("a.docx", content) == "evidence-mismatch"
    assert refused("a.odt", content) == "evidence-mismatch"


@pytest.mark.parametrize(
    "content",
    [
        "Đơn vị\n".encode("utf-8-sig"),
        "Đơn vị\n".encode("utf-16"),
        "Ðõn vị".encode("cp1258", "replace"),
        "Nguy\xd4n v\xa8n A".encode("latin-1"),  # TCVN3
    ],
)
def test_text_may_be_in_an_old_code_page(content: bytes) -> None:
    assert check_content("a.txt", io.BytesIO(content)) == "text/plain"


@pytest.mark.parametrize(
    "content", [b"MZ\x90\x00", b"a\x00b", b"\xff\xfea", "a\x07".encode("utf-16"), b"\x1b[2J"]
)
def test_what_holds_control_characters_is_no_text(content: bytes) -> None:
    assert refused("a.txt", content) == "evidence-mismatch"
    assert refused("a.csv", content) == "evidence-mismatch"


@given(st.sampled_from(sorted(SOUND)), st.sampled_from(sorted(SOUND)), st.data())
def test_whatever_bytes_come_they_are_taken_or_refused_and_nothing_else_happens(
    called: str, really: str, data: st.DataObject
) -> None:
    content = bytearray(SOUND[really])
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 40))
        content[place : place + length] = data.draw(st.binary(max_size=40))
    try:
        found = check_content(f"a.{called}", io.BytesIO(bytes(content)))
    except Refused:
        return
    assert found == KINDS[called].media_type
