"""Money: dated tariffs now; bills, payments and receipts come with the engines."""
