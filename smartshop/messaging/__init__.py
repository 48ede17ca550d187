"""The e-mail outbox: queued in the transaction, sent after it, retried."""
