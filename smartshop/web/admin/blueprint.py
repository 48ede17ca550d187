"""The blueprint that the admin views register on."""

from flask import Blueprint

bp = Blueprint("admin", __name__, url_prefix="/admin")
