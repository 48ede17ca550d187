"""The reference page: Flask and Jinja alone, 24 cards out of memory; no database, no session, no headers."""

from flask import Flask, render_template
from jinja2 import DictLoader

PAGE = """<!doctype html><html lang="en"><head><title>{{ title }}</title></head><body>
<nav><ul>{% for shelf in shelves %}<li><a href="/c/{{ shelf.slug }}">{{ shelf.name }}</a></li>{% endfor %}</ul></nav>
<h1>{{ title }}</h1><ul>{% for card in cards %}<li><article><a href="/p/{{ card.slug }}">{{ card.name }}</a>
<p>{{ card.category }}</p><p>{{ "%.2f"|format(card.price / 100) }}</p></article></li>{% endfor %}</ul></body></html>"""
SHELVES = [{"slug": f"shelf-{n}", "name": f"Shelf {n}"} for n in range(12)]
CARDS = [{"slug": f"p-{n}", "name": f"Mug {n}", "category": "Shelf 1", "price": 500 + n} for n in range(24)]

app = Flask(__name__)
app.jinja_loader = DictLoader({"page.html": PAGE})


@app.get("/")
def page() -> str:
    return render_template("page.html", title="All products", shelves=SHELVES, cards=CARDS)
