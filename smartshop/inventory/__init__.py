"""Stock levels and the ledger of their movements."""
