"""The shop front: browsing, cart, checkout, orders."""
