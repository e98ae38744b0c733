"""How it becomes files: pipeline, mix, master, writers, command line."""

__version__ = "0.1.0"
