"""What the person did: the recipe of a run, the commands given, and the cursor."""
