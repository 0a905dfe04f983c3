"""The doors over HTTP: webhook, health, metrics, archive, push."""
