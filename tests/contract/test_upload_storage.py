"""Every storage of files keeps the same promises: a folder on disk, and a bucket behind a server that speaks
S3 over HTTP.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.uploads.bucket import Bucket
from shared.uploads.folder import Folder
from shared.uploads.storage import (
    Damaged,
    Missing,
    Storage,
    Unreachable,
    digest_at,
    open_checked,
    place,
)
from tests.support.s3 import S3Server, s3_server

CONTENTS = [b"", b"x", b"minh ch\xe1\xbb\xa9ng", bytes(range(256)) * 40_000]


def digest_of(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with s3_server() as found:
        yield found


@pytest.fixture(params=["folder", "bucket"])
def made(
    request: pytest.FixtureRequest, tmp_path: Path, server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> Storage:
    if request.param == "folder":
        return Folder(tmp_path / "evidence")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return Bucket(f"s3://{server.new_bucket()}/minh/chung")


@pytest.fixture
def spoil(made: Storage, server: S3Server, tmp_path: Path) -> Callable[[str, bytes | None], None]:
    """Replace, or delete, what lies under a digest, behind the storage's back."""

    def change(digest: str, content: bytes | None) -> None:
        if isinstance(made, Bucket):
            server.change(f"minh/chung/{place(digest)}", content)
            return
        file = tmp_path / "evidence" / place(digest)
        file.unlink()
        if content is not None:
            file.write_bytes(content)

    return change


@pytest.mark.parametrize("content", CONTENTS, ids=len)
def test_what_was_put_is_read_back(made: Storage, content: bytes) -> None:
    digest = digest_of(content)
    assert not made.exists(digest)
    made.put(digest, io.BytesIO(content))
    assert made.exists(digest)
    with made.open(digest) as stream:
        assert stream.read() == content
    with open_checked(made, digest) as stream:
        assert stream.read() == content


def test_only_what_is_left_of_the_stream_is_put(made: Storage) -> None:
    stream = io.BytesIO(b"head and body")
    stream.seek(9)
    made.put(digest_of(b"body"), stream)
    with made.open(digest_of(b"body")) as found:
        assert found.read() == b"body"


def test_what_was_never_put_is_missing(made: Storage) -> None:
    with pytest.raises(Missing):
        made.open(digest_of(b"never"))
    assert not made.exists(digest_of(b"never"))
    assert list(made.digests()) == []


def test_other_bytes_than_the_digest_names_are_not_kept(made: Storage) -> None:
    with pytest.raises(Damaged):
        made.put(digest_of(b"this"), io.BytesIO(b"that"))
    assert not made.exists(digest_of(b"this"))
    assert list(made.digests()) == []


class _Breaking(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(100 if size is None or size < 0 else min(size, 100))
        if self.tell() > 500:
            raise ConnectionResetError("the sender is gone")
        return piece


def test_a_stream_that_breaks_off_leaves_nothing_half_written(made: Storage, tmp_path: Path) -> None:
    content = b"a" * 1000
    with pytest.raises(OSError):
        made.put(digest_of(content), _Breaking(content))
    assert list(made.digests()) == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


_HALF = """
import sys
from pathlib import Path
from shared.uploads.folder import Folder

class Half:
    given = False
    def read(self, size):
        if not self.given:
            self.given = True
            return b"a" * 1_000_000
        print("half", flush=True)
        sys.stdin.read()

Folder(Path(sys.argv[1])).put(sys.argv[2], Half())
"""


def test_a_process_killed_in_the_middle_leaves_no_content_and_the_next_one_puts_it(tmp_path: Path) -> None:
    content = b"a" * 1_500_000
    writing = [sys.executable, "-c", _HALF, str(tmp_path), digest_of(content)]
    with subprocess.Popen(writing, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half\n"
        process.kill()
    folder = Folder(tmp_path)
    assert not folder.exists(digest_of(content))
    assert list(folder.digests()) == []
    folder.put(digest_of(content), io.BytesIO(content))
    with open_checked(folder, digest_of(content)) as stream:
        assert stream.read() == content


def test_what_is_kept_is_never_written_again(
    made: Storage, spoil: Callable[[str, bytes | None], None]
) -> None:
    digest = digest_of(b"content")
    made.put(digest, io.BytesIO(b"content"))
    spoil(digest, b"spoilt!")
    made.put(digest, io.BytesIO(b"content"))
    with made.open(digest) as stream:
        assert stream.read() == b"spoilt!"


def test_a_damaged_content_is_not_handed_out(
    made: Storage, spoil: Callable[[str, bytes | None], None]
) -> None:
    digest = digest_of(b"content")
    made.put(digest, io.BytesIO(b"content"))
    spoil(digest, b"contenT")
    with pytest.raises(Damaged, match=digest):
        open_checked(made, digest)


def test_a_content_deleted_at_the_source_is_missing(
    made: Storage, spoil: Callable[[str, bytes | None], None]
) -> None:
    digest = digest_of(b"content")
    made.put(digest, io.BytesIO(b"content"))
    spoil(digest, None)
    assert not made.exists(digest)
    with pytest.raises(Missing):
        open_checked(made, digest)


def test_many_put_the_same_at_once(made: Storage) -> None:
    content = b"the same" * 50_000
    failed: list[BaseException] = []

    def put() -> None:
        try:
            made.put(digest_of(content), io.BytesIO(content))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=put) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert list(made.digests()) == [digest_of(content)]


def test_every_digest_is_listed(made: Storage) -> None:
    for content in CONTENTS:
        made.put(digest_of(content), io.BytesIO(content))
    assert sorted(made.digests()) == sorted(map(digest_of, CONTENTS))


@pytest.mark.parametrize("digest", ["", "sha256:", "../../etc/passwd", "sha256:" + "A" * 64, "0" * 64])
def test_what_is_no_digest_names_no_place(made: Storage, digest: str) -> None:
    for ask in (made.open, made.exists, lambda one: made.put(one, io.BytesIO())):
        with pytest.raises(ValueError, match="not a digest"):
            ask(digest)


def test_a_place_tells_its_digest_and_nothing_else_does() -> None:
    digest = digest_of(b"x")
    assert digest_at(place(digest)) == digest
    for other in ("incoming/abc", f"00/{digest[7:]}", "ab/short"):
        assert digest_at(other) is None


def test_a_disk_that_takes_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_bytes(b"a file, where the folder should be")
    with pytest.raises(Unreachable, match="the folder of files"):
        Folder(tmp_path / "evidence").put(digest_of(b"x"), io.BytesIO(b"x"))


def test_a_bucket_that_is_not_there_or_turns_us_away_is_told_without_our_secrets(
    server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "khong-duoc-lo")
    with pytest.raises(Unreachable) as told:
        Bucket("s3://khong-co-thung-nay").put(digest_of(b"x"), io.BytesIO(b"x"))
    assert "khong-duoc-lo" not in str(told.value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(Unreachable):
        Bucket("s3://b").exists(digest_of(b"x"))


@pytest.mark.parametrize(
    "address", ["http://bucket", "s3://", "s3:///x", "s3://key:secret@bucket", "s3://b?x=1"]
)
def test_another_address_is_refused_when_a_service_starts(address: str) -> None:
    with pytest.raises(ValueError, match="s3://bucket/prefix") as told:
        Bucket(address)
    assert "secret" not in str(told.value)
