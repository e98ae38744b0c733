"""What is played: the song format, theory, the softmax choice, composing, and the songs themselves."""
