"""What is derived from a descent."""
