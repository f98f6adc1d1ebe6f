"""Builds what people install: see ``build``. Runs from a checkout; nothing of it is in the program."""
