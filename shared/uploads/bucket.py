"""Files in a bucket that speaks S3."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import IO
from urllib.parse import urlsplit

from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import S3Store

from shared.uploads.storage import (
    CHUNK,
    Missing,
    Unreachable,
    check_digest,
    chunks,
    digest_at,
    place,
    spool,
)

_SECONDS = 30
"""For one request: less than a web worker may take for all of its own."""


class Bucket:
    """A storage at ``s3://bucket/prefix``.  Raises ``ValueError`` for another address.

    Endpoint, region and credentials come from the ``AWS_*`` variables, which the client reads itself: they
    never pass through our hands.  An object appears whole or not at all, as S3 promises.
    """

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme != "s3" or not parts.netloc or parts.query or "@" in parts.netloc:
            raise ValueError("files lie in a folder or at s3://bucket/prefix")
        self._store = S3Store(
            parts.netloc,
            prefix=parts.path.strip("/") or None,
            client_options={
                "timeout": timedelta(seconds=_SECONDS),
                "connect_timeout": timedelta(seconds=5),
                "allow_http": True,  # where the endpoint says http, as on a private network
            },
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=_SECONDS)},
        )

    def put(self, digest: str, stream: IO[bytes]) -> None:
        """As the port says.  Holds one content in memory: it goes in one request."""
        key = place(digest)
        content = b"".join(chunks(stream))
        check_digest(io.BytesIO(content), digest)
        with _reached():
            try:
                self._store.put(key, content, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return

    def open(self, digest: str) -> IO[bytes]:
        """As the port says."""
        key = place(digest)
        copy = spool()
        try:
            with _reached():
                for piece in self._store.get(key).stream(min_chunk_size=CHUNK):
                    copy.write(piece)
        except _NotThere as error:
            copy.close()
            raise Missing(digest) from error
        except BaseException:
            copy.close()
            raise
        copy.seek(0)
        return copy

    def exists(self, digest: str) -> bool:
        """As the port says."""
        key = place(digest)
        try:
            with _reached():
                self._store.head(key)
        except _NotThere:
            return False
        return True

    def digests(self) -> Iterator[str]:
        """As the port says."""
        with _reached():
            for page in self._store.list():
                for entry in page:
                    digest = digest_at(entry["path"])
                    if digest is not None:
                        yield digest


class _NotThere(Unreachable):
    """The server knows no such thing."""


@contextmanager
def _reached() -> Iterator[None]:
    """Tell what the client says as the port does; an address or a request may stand in it, no secret does."""
    try:
        yield
    except AlreadyExistsError:
        raise
    except (BaseError, OSError) as error:
        found = isinstance(error, NotFoundError | FileNotFoundError) and "NoSuchBucket" not in str(error)
        kind = _NotThere if found else Unreachable
        raise kind(f"the bucket of files: {type(error).__name__}") from error
