"""What people see and report."""
