"""Signal processing that several families share."""
