"""The blueprint that the account views register on."""

from flask import Blueprint

bp = Blueprint("account", __name__)
