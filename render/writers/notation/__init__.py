"""Notes as they are written on paper: values, ties, tuplets, spelling and chord kinds, for every writer of notation."""

from render.writers.notation.grid import Event as Event
from render.writers.notation.grid import Measure as Measure
from render.writers.notation.grid import Piece as Piece
from render.writers.notation.grid import measures as measures
from render.writers.notation.melody import lead as lead
from render.writers.notation.spelling import Spelled as Spelled
from render.writers.notation.spelling import spell as spell
