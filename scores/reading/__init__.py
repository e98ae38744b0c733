"""Reading a score: from a file to a score that is checked and bound to its instruments, effects and players."""
