"""Reconciliation: early (ask about what hangs) and daily (their files against our ledger)."""
