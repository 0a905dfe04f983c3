"""Conversations with editors."""
