"""Programs for developers: benchmarks, the JSON Schema and the reference page."""
