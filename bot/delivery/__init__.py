"""The outbox goes out to Telegram."""
