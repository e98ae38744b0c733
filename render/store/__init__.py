"""What is kept between renders: finished pieces of sound by content, in the user's cache folder.

The store knows nothing of songs. A key is the digest of everything that can change a piece, a value is checked when it
is read, and whatever is missing or damaged is made anew, so the store can be thrown away at any time.
"""
