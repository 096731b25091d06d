"""What is descended on."""
