"""Articles come in: sources are read, articles kept once."""
