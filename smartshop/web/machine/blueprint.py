"""The blueprint that the machine views register on."""

from flask import Blueprint

bp = Blueprint("machine", __name__)
