"""The description of the bundle that travels inside it, so that anyone can write a verifier."""

FORMAT_TEXT = """\
The record of one case, format bwc-bundle/1
===========================================

SHA is SHA-256. A number before a hash input is one byte. Hashes are lower-case hexadecimal, other
bytes are base64. Integers are big-endian.

manifest.json      the case, and how many events the bundle holds
events.ndjson      one event a line, in the order of the case
checkpoint.txt     the signed statement of the whole record's size and root
consistency.json   from the size of an older checkpoint to the proof that the record extends it
verifier-key.txt   the key line, NAME+ID+KEY; believe only one that reached you by another way

An event line
-------------
event           the bytes that were sealed: "bwc-event/1", a line feed, one JSON object (UTF-8)
payload_digest  SHA(salt, payload), or 32 zero bytes when the event has no personal part
payload, salt   the personal part and its 32 random bytes; absent when withheld or erased
case_seq        the event's place in its case, from 1 without a gap
index           the entry's place in the tree, from 0
proof           the path from the entry to the root, RFC 6962 section 2.1.1, hash after hash

Times inside an event are whole microseconds since 1970-01-01 UTC: occurred_at by the clock of the
portal, recorded_at by that of the database. A time is a claim; the order of sealing is proved.

What to compute
---------------
leaf    = SHA(0, event, payload_digest)
link    = SHA(2, link of the event before, leaf)          32 zero bytes before the first
entry   = SHA(0, leaf, case_seq as 8 bytes, link)         the leaf of the tree
node    = SHA(1, left, right)

The checkpoint
--------------
Four lines (name, number of entries, root in base64, "time" and an ISO 8601 time), an empty line, and
a line of an em dash, the name, and base64 of 4 bytes of key id followed by an Ed25519 signature over
the four lines with their line feeds. The key id is the start of SHA(name, line feed, 1, key).

What is proved
--------------
Unaltered   every entry leads to the root that was signed.
Complete    the places run from 1 to the event audit.case_exported, which was recorded when this
            bundle was made: nothing recorded earlier in the case is missing.
Erased      a missing personal part is accounted for by a later event audit.personal_erased, which
            names the certificate of destruction.
Extension   the record still contains everything that an older checkpoint vouched for.
"""
