"""The arithmetic of descent: no input or output, no clock, no screen."""
