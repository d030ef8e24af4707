"""The history: one module a revision, named r<number>_<what>.py; published ones never change."""
