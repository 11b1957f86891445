"""Money: dated tariffs, bills, payments, receipts, shifts and reconciliation."""
