"""Step gradient descent by keyboard, iteration by iteration, in any terminal."""
