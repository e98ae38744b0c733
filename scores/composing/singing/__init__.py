"""The melody of lyric lines and the rhythm of their syllables."""
