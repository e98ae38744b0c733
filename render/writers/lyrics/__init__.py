"""Words with the times at which they are heard, for every writer of words."""

from render.writers.lyrics.timed import TimedLine as TimedLine
from render.writers.lyrics.timed import TimedWord as TimedWord
from render.writers.lyrics.timed import timed_lines as timed_lines
