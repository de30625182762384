"""Sending feedback without an account, and what senders may do with theirs."""
