"""Electric instruments: oscillators and filters, tonewheels, tines, pickups."""
