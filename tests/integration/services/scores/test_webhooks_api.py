"""Webhooks over HTTP, from the command that states a fact to a receiver that checks the signature."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.scores.webhooks.deliverer import Deliverer, Send
from services.scores.webhooks.deliveries import KEPT_FOR
from services.scores.webhooks.planning import WebhookPlans
from services.scores.webhooks.sending import Answer, Message, Sender
from shared.database import write_transaction
from shared.events import Event
from shared.events.canonical import canonical_bytes
from shared.ledger.projector import Projector
from tests.support.readme import PROJECT, sample
from tests.support.receiving import Receiver, receiving
from tests.support.town import ADMIN, LEDGER, START, Town, accepted, rules_of, set_up_cycle, town

GOOD = {"unit": "QH-Q01", "criterion": "1.2", "stage": "department", "reason": "Đối chiếu"}


@dataclass
class Site:
    """A scores service whose machine's clock is the test's, and a receiver beside it."""

    town: Town
    receiver: Receiver
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    values: int = 0

    def __post_init__(self) -> None:
        self.engine = self.town.houses["scores"].engine
        self.plans = WebhookPlans(now=lambda: self.now)
        self.deliverer = self.make_deliverer(Sender(demo=True, seconds=1))

    def make_deliverer(self, send: Send) -> Deliverer:
        """Its clock plans; what is signed bears the real time, as the receiver's library asks."""

        def sent(message: Message, now: datetime) -> Answer:
            return send(message, datetime.now(UTC))

        return Deliverer(self.engine, sent, now=lambda: self.now, chance=lambda: 0)

    def subscribe(self, sub: str = "btg", **about: Any) -> str:
        response = self.post("webhooks", {"url": self.receiver.url, **about}, sub)
        assert response.status_code == 201, response.text
        made = response.get_json()
        self.receiver.secret = made["secret"]
        self.now = max(self.now, datetime.now(UTC)) + timedelta(seconds=1)
        return str(made["webhook"])

    def post(self, path: str, body: Any, sub: str | None = "btg", **about: Any) -> TestResponse:
        return self.town.post("scores", path, body, sub, **about)

    def score(self, unit: str = "QH-Q01", criterion: str = "1.2") -> int:
        """State one more value; its position."""
        self.values += 1
        value = f"{self.values // 4 % 6}.{self.values % 4 * 25:02d}"
        body = {**GOOD, "unit": unit, "criterion": criterion, "value": value}
        accepted((self.post("scores", body),))
        self.follow()
        return len(self.town.ledger("scores")) - 1

    def follow(self) -> None:
        self.town.settle()
        projector = Projector(self.engine, [self.plans])
        while projector.step():
            pass

    def tell(self, later: timedelta = timedelta()) -> None:
        self.now += later
        while self.deliverer.step():
            pass

    def list(self, webhook: str, sub: str = "btg", query: str = "") -> list[dict[str, Any]]:
        response = self.town.get("scores", f"webhooks/{webhook}/deliveries{query}", sub)
        assert response.status_code == 200, response.text
        found: list[dict[str, Any]] = response.get_json()["deliveries"]
        return found

    def delivery(self, webhook: str, position: int) -> dict[str, Any]:
        return next(one for one in self.list(webhook) if one["position"] == position)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    found = town(tmp_path_factory.mktemp("town"), ["scores"])
    set_up_cycle(found)
    for sub in ("tuyengiao", "hai.ban"):
        for number, scope in enumerate(("department:BTG", "department:VP")):
            if sub == "hai.ban" or number == 0:
                grant = {"grant": f"{sub}.{number}", "sub": sub, "role": "department", "scope": scope}
                accepted((found.post("scores", "grants", {**grant, "from": START}, ADMIN),))
    found.settle()
    yield found
    for house in found.houses.values():
        house.engine.dispose()


@pytest.fixture
def site(made: Town) -> Iterator[Site]:
    with receiving() as receiver:
        found = Site(made, receiver)
        yield found
        for one in made.get("scores", "webhooks", "btg").get_json()["webhooks"]:
            found.post(f"webhooks/{one['webhook']}/end", {})


def test_a_score_is_told_with_a_signature_that_the_library_finds_good(site: Site) -> None:
    site.subscribe()
    position = site.score()
    site.tell()
    [(headers, content)] = site.receiver.told
    event = site.town.ledger("scores")[position]
    assert content["type"] == "score.recorded.v1"
    assert content["timestamp"] == event.time
    assert content["data"]["position"] == position
    assert canonical_bytes(content["data"]["event"]) == event.value
    assert headers["webhook-id"] == Event.parse(event.value).id
    assert site.receiver.asked == ["/hook?of=btg"]


def test_the_sample_of_the_docs_believes_this_message_and_no_other(site: Site) -> None:
    site.subscribe()
    site.score()
    site.tell()
    ((headers, content),) = site.receiver.told
    (body,) = site.receiver.bodies
    names: dict[str, Any] = {}
    exec(sample("webhook", PROJECT / "docs" / "systems.md"), names)
    assert names["told"](site.receiver.secret, headers, body) == content
    assert names["told"](site.receiver.secret, headers, body.replace(b"score", b"scare")) is None
    assert names["told"]("whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=", headers, body) is None


def test_only_what_comes_after_the_subscription_and_concerns_it_is_told(site: Site) -> None:
    site.score()
    webhook = site.subscribe(types=["score.recorded.v1"])
    own = site.score("QH-Q03")
    other = {"unit": "QH-Q01", "criterion": "2.2", "stage": "department", "value": "13"}
    site.post("scores", {**other, "reason": "x", "document": "7-CV"}, "vanphong")
    accepted((site.post("scores/withdraw", {**GOOD, "unit": "QH-Q03"}),))
    site.follow()
    site.tell()
    assert [content["data"]["position"] for _, content in site.receiver.told] == [own]
    assert [one["position"] for one in site.list(webhook)] == [own]


def test_a_restart_plans_on_where_the_ledger_was_left_and_nothing_twice(site: Site) -> None:
    site.subscribe()
    first = site.score()
    site.plans = WebhookPlans(now=lambda: site.now)
    second = site.score()
    with write_transaction(site.engine) as connection:
        WebhookPlans(now=lambda: site.now).apply(connection, LEDGER, site.town.ledger("scores"))
    site.tell()
    assert [content["data"]["position"] for _, content in site.receiver.told] == [first, second]


def test_a_receiver_that_fails_is_asked_again_later_under_the_same_id(site: Site) -> None:
    webhook = site.subscribe()
    site.receiver.answers += ["500", "204"]
    position = site.score()
    site.tell()
    waiting = site.delivery(webhook, position)
    assert (waiting["state"], waiting["attempts"], waiting["last_answer"]) == ("waiting", 1, "500")
    site.tell(timedelta(seconds=4))
    assert len(site.receiver.asked) == 1
    site.tell(timedelta(seconds=2))
    done = site.delivery(webhook, position)
    assert (done["state"], done["attempts"], done["last_answer"]) == ("delivered", 2, "204")
    assert site.receiver.told[0][0]["webhook-id"] == done["message"]


def test_only_2xx_is_delivered_and_a_redirect_is_not_followed(site: Site) -> None:
    webhook = site.subscribe()
    site.receiver.answers += ["302"]
    position = site.score()
    site.tell()
    assert site.delivery(webhook, position)["last_answer"] == "302"
    assert site.receiver.asked == ["/hook?of=btg"]


def test_a_receiver_that_drips_is_cut_off(site: Site) -> None:
    webhook = site.subscribe()
    site.receiver.answers += ["drip"]
    position = site.score()
    site.deliverer = site.make_deliverer(Sender(demo=True, seconds=0.2))
    site.tell()
    assert site.delivery(webhook, position)["last_answer"] == "no answer in time"


def test_nobody_at_the_address_is_no_answer(site: Site) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site.receiver.url = f"http://127.0.0.1:{port}/"
    webhook = site.subscribe()
    position = site.score()
    site.tell()
    assert site.delivery(webhook, position)["last_answer"] == "no answer: ConnectionRefusedError"


def test_after_three_days_it_is_given_up_and_may_be_told_again_on_request(site: Site) -> None:
    webhook = site.subscribe()
    position = site.score()
    site.receiver.answers += ["503"] * 30
    for _ in range(30):
        site.tell(timedelta(hours=6, minutes=40))
    gone = site.delivery(webhook, position)
    assert gone["state"] == "given_up"
    assert "next_at" not in gone
    assert gone["attempts"] == 10
    site.receiver.answers.clear()
    site.receiver.told.clear()
    asked = site.post(f"webhooks/{webhook}/redeliver", {"position": position})
    assert (asked.status_code, asked.get_json()["state"]) == (202, "waiting")
    site.now += timedelta(minutes=10)
    site.tell()
    assert site.delivery(webhook, position)["state"] == "delivered"


def test_a_poor_receiver_rests_while_another_is_told(site: Site) -> None:
    poor = site.subscribe()
    with receiving() as other:
        good = site.post("webhooks", {"url": other.url}).get_json()
        other.secret = good["secret"]
        site.receiver.answers += ["500"] * 20
        positions = [site.score() for _ in range(4)]
        site.tell()
        assert [content["data"]["position"] for _, content in other.told] == positions
    assert [one["attempts"] for one in site.list(poor)] == [1, 1, 0, 0]


def test_an_attempt_that_died_is_made_again_and_two_deliverers_do_not_both_make_it(site: Site) -> None:
    webhook = site.subscribe()
    position = site.score()
    other = site.make_deliverer(Sender(demo=True))

    def dies(message: Message, now: datetime) -> Answer:
        other.step()  # the second one sees that it is taken
        raise SystemError("killed")

    with pytest.raises(SystemError):
        site.make_deliverer(dies).step()
    assert site.receiver.told == []
    site.tell(timedelta(seconds=61))
    assert site.delivery(webhook, position)["state"] == "delivered"


def test_a_ping_comes_first_and_a_new_one_takes_its_place(site: Site) -> None:
    webhook = site.subscribe()
    for _ in range(2):
        site.receiver.told.clear()
        response = site.post(f"webhooks/{webhook}/test", {})
        assert (response.status_code, response.get_json()["position"]) == (202, None)
        site.tell(timedelta(seconds=1))
        assert [content["type"] for _, content in site.receiver.told] == ["webhook.ping"]
    site.score()
    assert [one["type"] for one in site.list(webhook)] == ["webhook.ping", "score.recorded.v1"]


def test_an_ended_webhook_is_told_nothing_more(site: Site) -> None:
    webhook = site.subscribe()
    site.score()
    first = site.post(f"webhooks/{webhook}/end", {}).get_json()
    assert site.post(f"webhooks/{webhook}/end", {}).get_json() == first
    site.score()
    site.tell()
    assert site.receiver.asked == []
    for path, body in (("test", {}), ("redeliver", {"position": 1})):
        assert rules_or_type(site.post(f"webhooks/{webhook}/{path}", body)) == "webhook-ended"


def test_deliveries_are_paged_and_forgotten_after_a_month(site: Site) -> None:
    webhook = site.subscribe()
    positions = [site.score() for _ in range(3)]
    site.tell()
    first = site.list(webhook, query="?limit=2")
    assert [one["position"] for one in first] == positions[:2]
    rest = site.list(webhook, query=f"?limit=2&after={positions[1]}")
    assert [one["position"] for one in rest] == positions[2:]
    site.now += KEPT_FOR + timedelta(days=1)
    site.make_deliverer(Sender(demo=True)).step()
    assert site.list(webhook) == []
    gone = site.post(f"webhooks/{webhook}/redeliver", {"position": positions[0]})
    assert rules_or_type(gone) == "unknown-delivery"


# --- who may, and what is said


def test_the_secret_is_shown_once(site: Site) -> None:
    response = site.post("webhooks", {"url": site.receiver.url})
    secret = response.get_json()["secret"]
    assert secret.startswith("whsec_")
    assert response.headers["Cache-Control"] == "private, no-store"
    listed = site.town.get("scores", "webhooks", "btg")
    assert secret not in listed.text
    assert "secret" not in listed.get_json()["webhooks"][-1]


def test_a_webhook_is_its_departments_and_of_all_who_speak_for_it(site: Site) -> None:
    webhook = site.subscribe()

    def listed(sub: str | None) -> TestResponse:
        return site.town.get("scores", "webhooks", sub)

    assert webhook in listed("tuyengiao").text
    assert webhook in listed("hai.ban").text
    for sub, status in ((None, 401), ("nguoi.la", 403), ("vanphong", 403), ("bithu.q01", 403), (ADMIN, 403)):
        assert listed(sub).status_code == status
        assert site.post("webhooks", {"url": site.receiver.url}, sub).status_code == status
    other = site.town.send("GET", "scores", "webhooks", None, "hai.ban", acting_as="department@department:VP")
    assert webhook not in other.text
    for path in (f"{webhook}/end", f"{webhook}/test", f"{webhook}/redeliver"):
        body = {"position": 1} if path.endswith("redeliver") else {}
        refused = site.post(f"webhooks/{path}", body, "hai.ban", acting_as="department@department:VP")
        assert rules_or_type(refused) == "unknown-webhook"


def test_somebody_of_two_departments_says_for_which_one(site: Site) -> None:
    body = {"url": site.receiver.url}
    assert rules_or_type(site.post("webhooks", body, "hai.ban")) == "hat-needed"
    made = site.post("webhooks", body, "hai.ban", acting_as="department@department:BTG")
    assert made.get_json()["department"] == "BTG"


def test_a_department_has_ten_webhooks_at_most(site: Site) -> None:
    body = {"url": site.receiver.url}
    answers = [site.post("webhooks", body) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [201] * 10 + [409]
    assert rules_or_type(answers[-1]) == "too-many-webhooks"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": ""},
        {"url": "ftp://ban.example/"},
        {"url": "https://ban.example/", "types": ["unit.registered.v1"]},
        {"url": "https://ban.example/", "types": "score.recorded.v1"},
        {"url": "https://ban.example/", "secret": "whsec_x"},
    ],
)
def test_a_malformed_subscription_is_refused(site: Site, body: dict[str, Any]) -> None:
    assert site.post("webhooks", body).status_code == 422


def test_outside_a_demonstration_no_inner_address_is_taken(tmp_path: Path) -> None:
    made = town(tmp_path, ["scores"])
    set_up_cycle(made)
    real = town(tmp_path, ["scores"], BANGVANG_DEMO="0")
    real.settle()
    for url in ("http://ban.example/", "https://127.0.0.1/", "https://ban.example:22/"):
        assert rules_of(real.post("scores", "webhooks", {"url": url}, "btg")) == {"webhook-address"}
    assert real.post("scores", "webhooks", {"url": "https://ban.example/"}, "btg").status_code == 201
    for house in (*made.houses.values(), *real.houses.values()):
        house.engine.dispose()


# --- the sender by itself


def message(url: str, secret: str = "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=") -> Message:
    return Message("id-1", url, secret, b"{}")


def test_a_name_that_turned_inside_after_the_subscription_is_not_spoken_to() -> None:
    sender = Sender(resolve=lambda host, port: ["10.0.0.1"])
    answer = sender(message("https://ban.example/"), datetime.now(UTC))
    assert not answer.delivered
    assert "not public" in answer.text


def test_a_name_without_address_is_said_so() -> None:
    def nowhere(host: str, port: int) -> list[str]:
        raise socket.gaierror("no such name")

    answer = Sender(resolve=nowhere)(message("https://ban.example/"), datetime.now(UTC))
    assert answer == Answer(False, "the name has no address")


def test_a_certificate_of_another_name_is_not_believed(certificate: tuple[Path, Path]) -> None:
    for name, text in (("ban.example", "200"), ("khac.example", "TLS: CERTIFICATE_VERIFY_FAILED")):
        with tls_receiver(certificate) as port:
            trust = ssl.create_default_context(cafile=str(certificate[0]))
            sender = Sender(demo=True, resolve=lambda host, _: ["127.0.0.1"], trust=trust, seconds=5)
            assert sender(message(f"https://{name}:{port}/"), datetime.now(UTC)).text == text


def rules_or_type(response: TestResponse) -> str:
    return str(response.get_json()["type"]).rsplit(":", 1)[-1]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Certificate and key of ``ban.example``, signed by itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ban.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("ban.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


def tls_receiver(certificate: tuple[Path, Path]) -> Any:
    """A receiver over TLS that answers one connection with 200; gives its port."""
    import threading
    from contextlib import contextmanager

    @contextmanager
    def serving() -> Iterator[int]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        with socket.create_server(("127.0.0.1", 0)) as server:

            def answer() -> None:
                connection, _ = server.accept()
                try:
                    with context.wrap_socket(connection, server_side=True) as secure:
                        asked = b""
                        while not asked.endswith(b"{}"):  # what is left unread would break the answer off
                            asked += secure.recv(4096) or b"{}"
                        secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                except OSError:
                    pass  # the other side did not believe the certificate
                finally:
                    connection.close()

            thread = threading.Thread(target=answer)
            thread.start()
            yield server.getsockname()[1]
            thread.join()

    return serving()
