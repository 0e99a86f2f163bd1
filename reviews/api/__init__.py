"""The API of the reviews app."""
