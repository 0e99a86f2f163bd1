"""Evidence systems: where recordings really are, behind one small protocol.

The portal holds references to recordings and never the recordings. `protocol` says what it may ask
of an evidence system, `registry` finds the adapter by its code, and each adapter is one module.
"""
