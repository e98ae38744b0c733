"""From a score to notes: form, time, and the choices that players make."""
