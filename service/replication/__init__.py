"""Replicas: an installation that takes index, decisions and keys from another, and answers from them."""
