"""Each guard of the delivery engine is taken away, one at a time, and a test must notice."""
