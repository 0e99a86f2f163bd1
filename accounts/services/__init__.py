"""Acts on accounts: signing in and out."""
