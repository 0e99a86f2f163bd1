"""The offline verifier: one file that runs anywhere, with nothing of ours around it."""
