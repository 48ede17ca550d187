"""The development door: ``flask …`` finds the app here, and ``python app.py`` serves the demo shop."""

from smartshop.factory import create_app

app = create_app()

if __name__ == "__main__":
    from smartshop.cli.serve import serve_demo

    serve_demo(app)
