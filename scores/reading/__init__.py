"""From a file to a checked score."""
