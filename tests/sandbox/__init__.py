"""The sandbox keeps the promises that Telegram makes, and lets tests break them on purpose."""
