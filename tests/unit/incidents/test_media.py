"""Byte ranges, bounded reading and hashing (incidents.media)."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.media import (
    ANSWER_LIMIT,
    ByteRange,
    UnreadableBytes,
    Unsatisfiable,
    parse_range,
    read_chunks,
    sha256_of,
    whole_file,
)

sizes = st.integers(min_value=0, max_value=5 * ANSWER_LIMIT)
places = st.integers(min_value=0, max_value=6 * ANSWER_LIMIT)


class TestParseRange:
    @pytest.mark.parametrize(
        ("header", "start", "end"),
        [
            ("bytes=0-0", 0, 1),
            ("bytes=0-99", 0, 100),
            ("bytes=10-", 10, 1000),
            ("bytes=-5", 995, 1000),
            ("bytes=-5000", 0, 1000),
            ("bytes=990-5000", 990, 1000),
            ("Bytes = 1 - 2 ", 1, 3),
        ],
    )
    def test_a_single_range_gives_its_bytes(self, header, start, end):
        assert parse_range(header, 1000) == ByteRange(start, end, 1000)

    @pytest.mark.parametrize(
        "header",
        [
            None,
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes=5-4",
            "bytes=0-1,5-6",
            "bytes=1-2-3",
            "items=0-1",
            "bytes=--5",
            "bytes=+1-2",
            "bytes=0x10-20",
            "bytes=٣-٤",
            "bytes=0-1\n",
            "bytes=" + "9" * 5000 + "-",
        ],
    )
    def test_anything_else_is_ignored(self, header):
        assert parse_range(header, 1000) is None

    @pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-1001", "bytes=-0"])
    def test_a_range_after_the_end_cannot_be_satisfied(self, header):
        answer = parse_range(header, 1000)

        assert answer == Unsatisfiable(1000)
        assert answer.content_range == "bytes */1000"

    def test_nothing_of_an_empty_file_can_be_satisfied(self):
        assert parse_range("bytes=0-", 0) == Unsatisfiable(0)
        assert parse_range("bytes=-1", 0) == Unsatisfiable(0)

    def test_an_open_ended_range_is_cut_to_the_limit(self):
        answer = parse_range("bytes=7-", 10 * ANSWER_LIMIT)

        assert answer == ByteRange(7, 7 + ANSWER_LIMIT, 10 * ANSWER_LIMIT)
        assert answer.content_range == f"bytes 7-{6 + ANSWER_LIMIT}/{10 * ANSWER_LIMIT}"

    @given(size=sizes, first=places, last=places)
    def test_every_answer_lies_in_the_file_and_begins_where_asked(self, size, first, last):
        answer = parse_range(f"bytes={first}-{last}", size)

        if last < first:
            assert answer is None
        elif first >= size:
            assert answer == Unsatisfiable(size)
        else:
            assert isinstance(answer, ByteRange)
            assert answer.start == first
            assert answer.end == min(last + 1, size, first + ANSWER_LIMIT)
            assert 0 < answer.length <= ANSWER_LIMIT

    @given(size=sizes, count=places)
    def test_a_suffix_begins_that_many_bytes_before_the_end(self, size, count):
        answer = parse_range(f"bytes=-{count}", size)

        if count == 0 or size == 0:
            assert answer == Unsatisfiable(size)
        else:
            assert isinstance(answer, ByteRange)
            assert answer.start == max(0, size - count)
            assert answer.start < answer.end <= size

    @given(header=st.text(), size=sizes)
    def test_no_header_whatever_raises(self, header, size):
        for text in (header, "bytes=" + header):
            answer = parse_range(text, size)
            if isinstance(answer, ByteRange):
                assert 0 <= answer.start < answer.end <= size

    @given(content=st.binary(min_size=1, max_size=4000), limit=st.integers(1, 500))
    def test_asking_on_from_each_end_yields_the_whole_file(self, content, limit):
        got = b""
        while len(got) < len(content):
            answer = parse_range(f"bytes={len(got)}-", len(content), limit=limit)
            assert isinstance(answer, ByteRange)
            got += content[answer.start : answer.end]

        assert got == content


class TestReadChunks:
    @given(
        content=st.binary(max_size=2000),
        data=st.data(),
        chunk_size=st.integers(min_value=1, max_value=300),
    )
    def test_the_pieces_are_the_bytes_asked_for_and_bounded(self, content, data, chunk_size):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, len(content)))
        file = io.BufferedReader(io.BytesIO(content))

        pieces = list(read_chunks(file, start, end, chunk_size=chunk_size))

        assert b"".join(pieces) == content[start:end]
        assert all(0 < len(piece) <= chunk_size for piece in pieces)
        assert file.closed

    def test_a_file_that_became_shorter_breaks_the_answer(self):
        file = io.BufferedReader(io.BytesIO(b"12345"))

        with pytest.raises(UnreadableBytes, match="3 bytes are missing"):
            list(read_chunks(file, 2, 8))

    def test_a_reader_that_goes_away_leaves_no_file_open(self, tmp_path: Path):
        path = tmp_path / "file"
        path.write_bytes(b"x" * 1000)
        file = path.open("rb")
        pieces = read_chunks(file, 0, 1000, chunk_size=10)
        next(pieces)

        pieces.close()

        assert file.closed


def test_sha256_of_a_file_is_taken_from_its_first_byte(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(b"body-worn" * 100_000)
    with path.open("rb") as file:
        file.seek(17)

        assert sha256_of(file) == hashlib.sha256(b"body-worn" * 100_000).hexdigest()


def test_whole_file_covers_every_byte():
    assert whole_file(12) == ByteRange(0, 12, 12)
