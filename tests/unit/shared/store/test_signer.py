"""The signer over a folder of keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.events.keys import KeyFolder, KeyMissing
from shared.events.signing import raw_public
from shared.store import folder_signer


def test_a_key_is_read_once_and_again_when_its_file_was_replaced(tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path)
    signer = folder_signer(folder, "scores")
    with pytest.raises(KeyMissing):
        signer("hcmc/2020")
    path = folder.service_key_path("scores", "hcmc/2020")
    first = folder.load_or_create(path)
    held = signer("hcmc/2020")
    assert raw_public(held.public_key()) == raw_public(first.public_key())
    assert signer("hcmc/2020") is held
    other = folder.load_or_create(folder.service_key_path("scores", "other/2020"))
    folder.service_key_path("scores", "other/2020").replace(path)
    assert raw_public(signer("hcmc/2020").public_key()) == raw_public(other.public_key())
