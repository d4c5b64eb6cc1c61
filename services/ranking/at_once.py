"""Every ledger replayed in memory, a partition of the topic (or a ledger of the archive) in each process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from services.ranking.columns import Decoder, fold_columns
from services.ranking.folding import result
from shared.archive import Archive
from shared.ledger.admission import Admitted
from shared.log import client
from shared.log.replay import ReplayResult, replay, replay_archive
from shared.log.signatures import ProcessLost


@dataclass(frozen=True, slots=True)
class Found:
    """One ledger as replayed.  ``seconds``: of the part in which it lies; ``gaps``: records that wait."""

    ledger: str
    size: int
    root: str
    digest: str
    gaps: int
    seconds: float


Part = Callable[[], list[Found]]


def of_topic(bootstrap: str, topic: str, roots: Mapping[str, str], *, signatures: bool) -> list[Part]:
    """What there is to do for a topic: a part for each of its partitions.  Raises ``LookupError``."""
    consumer = client.consumer(bootstrap, "replay")
    try:
        numbers = consumer.partitions_for_topic(topic)
    finally:
        consumer.close(autocommit=False)
    if not numbers:
        raise LookupError(f"there is no topic {topic}")
    return [
        partial(_partition, bootstrap, topic, dict(roots), number, signatures) for number in sorted(numbers)
    ]


def of_archive(folder: Path, roots: Mapping[str, str], *, signatures: bool) -> list[Part]:
    """What there is to do for an archive: a part for each ledger whose root key is pinned."""
    return [
        partial(_archived, folder, ledger, dict(roots), signatures)
        for ledger in Archive(folder).ledgers()
        if ledger.partition("/")[0] in roots
    ]


def at_once(parts: Sequence[Part], processes: int) -> Iterator[list[Found]]:
    """The answers of ``parts``, as they come, from so many processes; one is this process itself.

    Raises :class:`~shared.log.signatures.ProcessLost`, and what a part raises.
    """
    if processes == 1:
        for part in parts:
            yield part()
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        try:
            waiting = [pool.submit(part) for part in parts]
            for done in as_completed(waiting):
                yield done.result()
        except BrokenProcessPool as error:
            raise ProcessLost("a process that replayed a part has ended") from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _partition(
    bootstrap: str, topic: str, roots: Mapping[str, str], number: int, signatures: bool
) -> list[Found]:
    return _found(
        lambda take: replay(
            bootstrap,
            topic,
            None,
            roots,
            verify_signatures=signatures,
            on_admitted=take,
            partitions=(number,),
        )
    )


def _archived(folder: Path, ledger: str, roots: Mapping[str, str], signatures: bool) -> list[Found]:
    return _found(
        lambda take: replay_archive(
            Archive(folder), ledger, roots, verify_signatures=signatures, on_admitted=take
        )
    )


def _found(run: Callable[[Callable[[Admitted], None]], ReplayResult]) -> list[Found]:
    began = time.perf_counter()
    decoders: dict[str, Decoder] = {}

    def take(admitted: Admitted) -> None:
        decoder = decoders.get(admitted.ledger)
        if decoder is None:
            decoder = decoders[admitted.ledger] = Decoder(admitted.ledger)
        decoder.take(admitted.event)

    ledgers = run(take).ledgers
    digests = {name: result(fold_columns(one.columns())).digest for name, one in decoders.items()}
    seconds = time.perf_counter() - began
    return [
        Found(name, one.size, f"sha256:{one.root.hex()}", digests[name], sum(one.gaps.values()), seconds)
        for name, one in ledgers.items()
    ]
