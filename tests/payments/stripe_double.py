"""A double of Stripe's API that speaks its wire format over a real socket, and signs events as Stripe does."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from smartshop.payments.operations.stripe_checkout import StripeCheckout

PRICE = "line_items[0][price_data]"
TROUBLES = ("down", "slow", "garbage", "cut off", "of another shape", "a list")
SECRET = "whsec_of_a_test"
KEY = "sk_test_of_a_test"
LEAST = 30
"""The least that Stripe takes of a pound, in its smallest unit."""
TOO_SMALL = {
    "error": {
        "type": "invalid_request_error",
        "code": "amount_too_small",
        "message": "The total must convert to at least 30 pence.",
    }
}
NO_SUCH_THING = {
    "error": {"type": "invalid_request_error", "code": "resource_missing", "message": "No such thing"}
}
NO_SUCH_KEY = {
    "error": {"type": "invalid_request_error", "message": "Invalid API Key provided: sk_test_****gone"}
}
NOT_ALLOWED = {
    "error": {
        "type": "invalid_request_error",
        "message": "The provided key does not have the required permissions for this endpoint.",
    }
}
NOT_OPEN = {"error": {"type": "invalid_request_error", "message": "Only an open session can be expired."}}
SENSELESS = {
    "garbage": b"<html>not json",
    "cut off": b'{"id": "cs_test_1", "object": "checkout.ses',
    "of another shape": b'{"object": "something", "id": 7}',
    "a list": b"[]",
}


@dataclass
class StripeDouble:
    """What Stripe knows. ``mood`` is ok, or a trouble of TROUBLES."""

    port: int = 0
    mood: str = "ok"
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    by_key: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    refund_status: str = "succeeded"
    forbidden: str = ""
    """The beginning of the paths that the key may not write to, such as /v1/refunds."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def gateway(self, timeout_seconds: float = 5, *, key: str = KEY) -> StripeCheckout:
        return StripeCheckout(
            key, SECRET, f"http://127.0.0.1:{self.port}", "http://shop.example", timeout_seconds
        )

    def session_of(self, number: str) -> dict[str, Any]:
        (found,) = [s for s in self.sessions.values() if s["client_reference_id"] == number]
        return found

    def pay(self, number: str) -> None:
        """The customer pays on the page, if it is still open."""
        session = self.session_of(number)
        assert session["status"] == "open"
        session |= {"status": "complete", "payment_status": "paid", "url": None}
        session["payment_intent"] = f"pi_{session['id']}"

    def event(self, number: str, kind: str, event_id: str, **changes: Any) -> tuple[bytes, dict[str, str]]:
        """An event about an order's session: its body and its signed headers."""
        body = {
            "id": event_id,
            "object": "event",
            "type": kind,
            "data": {"object": self.session_of(number) | changes},
        }
        return signed(json.dumps(body).encode())

    def refund_event(self, kind: str, event_id: str, **changes: Any) -> tuple[bytes, dict[str, str]]:
        """An event about the latest refund: its body and its signed headers."""
        refund = list(self.refunds.values())[-1] | changes
        body = {"id": event_id, "object": "event", "type": kind, "data": {"object": refund}}
        return signed(json.dumps(body).encode())

    def reply(self, method: str, path: str, form: dict[str, str], key: str) -> tuple[int, bytes]:
        """The answer in the mood Stripe is in."""
        if self.mood == "slow":
            time.sleep(1.5)
        if self.mood == "down":
            return refused(503, "down")
        if self.forbidden and path.startswith(self.forbidden):
            return 403, json.dumps(NOT_ALLOWED).encode()
        if self.mood in SENSELESS:
            return 200, SENSELESS[self.mood]
        status, answer = self.answer(method, path, form, key)
        return status, json.dumps(answer).encode()

    def answer(self, method: str, path: str, form: dict[str, str], key: str) -> tuple[int, dict[str, Any]]:
        with self.lock:
            parts = path.strip("/").split("/")
            if key and key in self.by_key:
                return self.by_key[key]
            if method == "POST" and parts == ["v1", "checkout", "sessions"]:
                if int(form[f"{PRICE}[unit_amount]"]) < LEAST:
                    return 400, TOO_SMALL
                made = self._open(form)
            elif method == "POST" and parts == ["v1", "refunds"]:
                made = self._refund(form)
            elif parts[:3] == ["v1", "checkout", "sessions"] and parts[3] in self.sessions:
                made = self.sessions[parts[3]]
                if parts[4:] == ["expire"]:
                    if made["status"] != "open":
                        return 400, NOT_OPEN
                    made |= {"status": "expired", "url": None}
            else:
                return 404, NO_SUCH_THING
            answer = 200, deepcopy(made)
            if key:
                self.by_key[key] = answer
            return answer

    def _open(self, form: dict[str, str]) -> dict[str, Any]:
        session_id = f"cs_test_{len(self.sessions) + 1}"
        self.sessions[session_id] = {
            "id": session_id,
            "object": "checkout.session",
            "status": "open",
            "payment_status": "unpaid",
            "payment_intent": None,
            "client_reference_id": form["client_reference_id"],
            "amount_total": int(form[f"{PRICE}[unit_amount]"]),
            "currency": form[f"{PRICE}[currency]"],
            "success_url": form["success_url"],
            "cancel_url": form["cancel_url"],
            "url": f"https://checkout.stripe.com/c/pay/{session_id}",
        }
        return self.sessions[session_id]

    def _refund(self, form: dict[str, str]) -> dict[str, Any]:
        refund_id = f"re_{len(self.refunds) + 1}"
        self.refunds[refund_id] = {
            "id": refund_id,
            "object": "refund",
            "status": self.refund_status,
            "payment_intent": form["payment_intent"],
            "amount": int(form["amount"]),
            "metadata": {"refund_key": form["metadata[refund_key]"]},
        }
        return self.refunds[refund_id]


def signed(body: bytes, secret: str = SECRET, *, age_seconds: int = 0) -> tuple[bytes, dict[str, str]]:
    """The body and the headers of an event, signed so long ago."""
    moment = int(time.time()) - age_seconds
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return body, {"Stripe-Signature": f"t={moment},v1={digest}", "Content-Type": "application/json"}


def refused(status: int, message: str) -> tuple[int, bytes]:
    return status, json.dumps({"error": {"type": "api_error", "message": message}}).encode()


def handler_of(double: StripeDouble) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply("GET")

        def do_POST(self) -> None:
            self._reply("POST")

        def _reply(self, method: str) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            key = self.headers.get("Idempotency-Key", "") if method == "POST" else ""
            is_known = self.headers.get("Authorization") == f"Bearer {KEY}"
            strange = 401, json.dumps(NO_SUCH_KEY).encode()
            self._send(*(double.reply(method, self.path, form, key) if is_known else strange))

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Tests are quiet."""

    return Handler


@contextmanager
def running() -> Iterator[StripeDouble]:
    """A double that listens until the end of the block."""
    double = StripeDouble()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(double))
    double.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
