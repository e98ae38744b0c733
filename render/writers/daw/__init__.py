"""What a session of a digital audio workstation is made of, for every writer of sessions."""

from render.writers.daw.session import PlacedNote as PlacedNote
from render.writers.daw.session import Session as Session
from render.writers.daw.session import SessionPart as SessionPart
from render.writers.daw.session import SessionStem as SessionStem
from render.writers.daw.session import session_of as session_of
