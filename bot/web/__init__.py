"""The doors over HTTP: webhook, health, metrics, push, archive."""
