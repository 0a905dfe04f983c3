"""Conversations with readers."""
