"""A made-up force of any size, for measuring: the portal's own tables filled by COPY."""
