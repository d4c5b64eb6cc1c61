"""A webhook leads to the public network over TLS, and to the very address that was judged."""

from __future__ import annotations

import pytest

from services.scores.webhooks.address import (
    NotAllowed,
    check_url,
    chosen_address,
    is_public,
    receiver,
)
from shared.decisions import Refused

GOOD = "https://ban.example/hook"


@pytest.mark.parametrize(
    "url", [GOOD, "https://ban.example:8443/", "https://8.8.8.8/x", "https://[2606:4700::1111]/?a=1"]
)
def test_https_to_a_public_address_is_allowed(url: str) -> None:
    check_url(url, demo=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://ban.example/hook",
        "ftp://ban.example/hook",
        "ban.example/hook",
        "https:///hook",
        "https://ban.example:22/",
        "https://ban.example:6379/",
        "https://ai:mat@ban.example/",
        "https://ban.example/#x",
        "https://ban.example./",
        "https://ban.example/a b",
        "https://ban.example/\r\nX: y",
        "https://bán.example/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0/",
        "https://10.0.0.5/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://[::1]/",
        "https://[fe80::1]/",
        "https://[fc00::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://224.0.0.1/",
        "https://ban.example:99999/",
        "https://[::1/",
        "https://ban.example/" + "x" * 500,
    ],
)
def test_anything_else_is_refused_with_its_field(url: str) -> None:
    with pytest.raises(Refused) as refused:
        check_url(url, demo=False)
    assert [(fault.rule, fault.field) for fault in refused.value.faults] == [("webhook-address", "url")]


def test_a_demonstration_may_tell_a_program_beside_it() -> None:
    check_url("http://127.0.0.1:9999/hook", demo=True)
    with pytest.raises(Refused):
        check_url("http://127.0.0.1:9999/hook", demo=False)


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::1"], ["fe80::1%eth0"], ["not an address"]]
)
def test_a_name_that_leads_inside_is_not_spoken_to(addresses: list[str]) -> None:
    found = receiver(GOOD, demo=False)
    with pytest.raises(NotAllowed):
        chosen_address(found, demo=False, resolve=lambda host, port: addresses)


def test_a_name_without_an_address_is_no_answer() -> None:
    with pytest.raises(OSError, match="no address"):
        chosen_address(receiver(GOOD, demo=False), demo=False, resolve=lambda host, port: [])


def test_the_first_of_public_addresses_is_spoken_to() -> None:
    found = receiver(GOOD, demo=False)
    assert chosen_address(found, demo=False, resolve=lambda host, port: ["8.8.8.8", "1.1.1.1"]) == "8.8.8.8"


def test_the_host_header_names_the_port_only_where_it_is_not_the_usual_one() -> None:
    assert receiver(GOOD, demo=False).name == "ban.example"
    assert receiver("https://ban.example:8443/", demo=False).name == "ban.example:8443"
    assert receiver("https://[2606:4700::1111]/", demo=False).name == "[2606:4700::1111]"
    assert receiver("https://ban.example?a=1", demo=False).target == "/?a=1"


def test_public_addresses_are_public() -> None:
    assert is_public("8.8.8.8")
    assert not is_public("::ffff:10.0.0.1")


@pytest.mark.parametrize(
    "url", ["https://[::1", "https://a.example:99999/", "ftp://a.example/", "https:///x"]
)
def test_what_is_no_address_is_refused_in_both_languages(url: str) -> None:
    with pytest.raises(Refused) as caught:
        check_url(url, demo=False)
    (fault,) = caught.value.faults
    assert (fault.rule, fault.field) == ("webhook-address", "url")
    english = fault.en.partition(": ")[2].rstrip(".")
    assert english
    assert english not in fault.vi
