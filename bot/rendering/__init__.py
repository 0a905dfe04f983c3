"""Templates become Telegram messages."""
