"""Signal processing that several effects share."""
