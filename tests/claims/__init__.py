"""What the book says of its figures, measured: each of content/claims.yaml by its check, over questions and seeds."""
