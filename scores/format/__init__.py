"""The format of a score: models, notations, and the texts of its error messages."""
