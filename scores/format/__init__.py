"""What a score may say: its models and notations, and the words in which it is refused."""
