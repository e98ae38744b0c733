"""From a page to a score: readers of each form, the sheet they make, the decisions, and the YAML for a person."""
