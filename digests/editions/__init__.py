"""Stories become digests."""
