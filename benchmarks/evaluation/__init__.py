"""Every public figure: computed anew, beside its reference and a naive baseline, and written to docs/evaluation.md.

A module a question, listed in `__main__.QUESTIONS`, with ``figures() -> Section``.
"""
