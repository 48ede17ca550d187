"""The production door: ``gunicorn wsgi:app``."""

from smartshop.kernel import cycles

with cycles.lasting():
    from smartshop.factory import create_app

    app = create_app()
