"""From dry parts to the master: gestures, sends, the sum and the limiter."""
