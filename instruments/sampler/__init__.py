"""SoundFont banks and the sampler that plays them."""
