"""How cookies and form tokens are signed: HMAC-SHA-256, where the libraries' defaults are HMAC-SHA-1."""

import hashlib

from flask import Flask
from itsdangerous import Signer

from smartshop.web.sessions import Sessions


def install(app: Flask) -> None:
    """Sign the session so, and whatever else itsdangerous signs in this process: the tokens of forms.

    What was signed otherwise before is no longer taken: visitors get a new session, and sign in again.
    """
    app.session_interface = Sessions()
    Signer.default_digest_method = staticmethod(hashlib.sha256)
