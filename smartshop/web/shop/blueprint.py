"""The blueprint that the shop views register on."""

from flask import Blueprint

bp = Blueprint("shop", __name__)
