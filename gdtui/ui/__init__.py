"""The screen: it reads the session and sends commands to it."""
