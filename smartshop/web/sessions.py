"""Flask's signed cookies, signed by HMAC-SHA-256, without what Flask would find out anew for each."""

import hmac
import json
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from flask import Flask, Response
from flask.json.provider import DefaultJSONProvider
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from itsdangerous import HMACAlgorithm, Serializer, TimestampSigner, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode
from werkzeug.http import dump_cookie

from smartshop.kernel import clock

SENT = "_sent"
"""The day on which a lasting session was sent last, counted from the year 1."""
SHORT_BYTES = 1000
LONGEST_COOKIE = 4000
MOST_ENDINGS = 100
PLAIN = frozenset({str, int, bool, float, type(None)})
_ENCODER = json.JSONEncoder(
    default=DefaultJSONProvider.default, ensure_ascii=True, sort_keys=True, separators=(",", ":")
)


class _Sha256(HMACAlgorithm):
    """HMAC with SHA-256, in one call."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return hmac.digest(key, value, "sha256")


class _Signer(TimestampSigner):
    """A signer that lasts: it derives each of its keys once."""

    def __init__(
        self, secret_key: Any, salt: str | bytes | None = None, key_derivation: str | None = None
    ) -> None:
        super().__init__(secret_key, salt, b".", key_derivation, sha256, _Sha256(sha256))
        self._derived: dict[str | bytes | None, bytes] = {}

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        key = self._derived.get(secret_key)
        if key is None:
            key = self._derived[secret_key] = super().derive_key(secret_key)
        return key


class Signed(URLSafeTimedSerializer):
    """A serializer with one signer, which does not try to squeeze what is short: that takes longer than sending it."""

    default_signer = _Signer

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._signer = _Signer(self.secret_keys, self.salt, **self.signer_kwargs)

    def make_signer(self, salt: str | bytes | None = None) -> TimestampSigner:
        return self._signer if salt is None or salt == self.salt else _Signer(self.secret_keys, salt)

    def dump_payload(self, obj: Any) -> bytes:
        text = Serializer.dump_payload(self, obj)
        return super().dump_payload(obj) if len(text) > SHORT_BYTES else base64_encode(text)


class _Tagged(TaggedJSONSerializer):
    """Flask's JSON of sessions, which does not ask of plain values what else they might be."""

    def tag(self, value: Any) -> Any:
        return value if type(value) in PLAIN else super().tag(value)

    def dumps(self, value: Any) -> str:
        return _ENCODER.encode(self.tag(value))


class Sessions(SecureCookieSessionInterface):
    """Flask's sessions by a serializer that is made once for a key; a lasting one is sent anew once a day."""

    digest_method = staticmethod(sha256)
    serializer = _Tagged()

    def __init__(self) -> None:
        self._serializers: dict[tuple[Any, ...], URLSafeTimedSerializer | None] = {}

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        keys = (app.secret_key, *(app.config["SECRET_KEY_FALLBACKS"] or ()))
        if keys not in self._serializers:
            self._serializers = {keys: self._serializer(super().get_signing_serializer(app))}
        return self._serializers[keys]

    def _serializer(self, theirs: URLSafeTimedSerializer | None) -> URLSafeTimedSerializer | None:
        if theirs is None:
            return None
        how = {"key_derivation": self.key_derivation}
        return Signed([*theirs.secret_keys], salt=self.salt, serializer=self.serializer, signer_kwargs=how)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send a session that lasts anew when it changed, and once a day, so that it lasts from the latest visit on."""
        today = clock.now().toordinal()
        if session.permanent and session.get(SENT) != today:
            session[SENT] = today
        serializer = self.get_signing_serializer(app)
        if not session or serializer is None or not self.should_set_cookie(app, session):
            super().save_session(app, session, response)
            return
        cookie = f"{self.get_cookie_name(app)}={_text(serializer.dumps(dict(session)))}{self._ending(app, session)}"
        if len(cookie) > LONGEST_COOKIE:
            super().save_session(app, session, response)
            return
        response.headers.add("Set-Cookie", cookie)
        response.vary.add("Cookie")

    def _ending(self, app: Flask, session: SessionMixin) -> str:
        expires = self.get_expiration_time(app, session)
        return _ending(
            None if expires is None else expires.replace(microsecond=0),
            domain=self.get_cookie_domain(app),
            path=self.get_cookie_path(app),
            secure=self.get_cookie_secure(app),
            httponly=self.get_cookie_httponly(app),
            samesite=self.get_cookie_samesite(app),
            partitioned=self.get_cookie_partitioned(app),
        )


@lru_cache(MOST_ENDINGS)
def _ending(expires: datetime | None, **options: Any) -> str:
    """What a cookie says after its value, the same for all of a second."""
    return dump_cookie("name", "", expires=expires, **options).removeprefix("name=")


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("ascii")
