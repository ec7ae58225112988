"""What may not leave with a file: identifiers in its text, and the places where text hides."""
