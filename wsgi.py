"""The production door: ``gunicorn wsgi:app``."""

from smartshop.factory import create_app

app = create_app()
