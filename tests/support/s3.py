"""A server that speaks S3 over HTTP, in this process: moto's, which shares no code with our client."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import boto3
from moto.server import ThreadedMotoServer


@dataclass
class S3Server:
    """``environment``: what a client of it finds in the ``AWS_*`` variables."""

    address: str
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _newest: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.address,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
        }

    def new_bucket(self) -> str:
        """Make an empty bucket; gives its name."""
        self._newest = f"evidence-{next(self._numbers)}"
        self._client().create_bucket(Bucket=self._newest)
        return self._newest

    def change(self, key: str, content: bytes | None) -> None:
        """Replace, or delete, an object of the newest bucket."""
        if content is None:
            self._client().delete_object(Bucket=self._newest, Key=key)
        else:
            self._client().put_object(Bucket=self._newest, Key=key, Body=content)

    def _client(self):  # type: ignore[no-untyped-def]
        return boto3.client(
            "s3",
            endpoint_url=self.address,
            region_name="us-east-1",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
        )


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """The server, at a port of its own, until the block ends."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield S3Server(f"http://{host}:{port}")
    finally:
        server.stop()
