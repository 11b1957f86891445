"""Collection (التحصيل): the cashier's desk, the payer's page, the supervisor's day."""
