"""Serves a handler that the documentation prints for Python, and says on which port."""
import importlib
import sys

importlib.import_module(sys.argv[1]).app.serve()
