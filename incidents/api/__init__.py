"""The API of the incidents app."""
