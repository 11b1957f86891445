"""Payments: charges by terminal, gateway, cash and cheque; receipts, refunds and the ledger."""
