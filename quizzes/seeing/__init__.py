"""Who may see what of a quiz, and when."""
