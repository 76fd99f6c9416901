"""Lines of a block of bytes, with their numbers, bounded in length."""

import zlib
from collections.abc import Iterator

from sources.blocks import MAX_LINE, Block
from sources.files import open_source
from sources.model import Issue, Severity

_BOM = b"\xef\xbb\xbf"


def read_lines(block: Block, max_line: int = MAX_LINE) -> Iterator[tuple[int, bytes] | Issue]:
    """(line number counted from the block's first line as 1, line without its newline); blank lines are counted, not yielded.

    A block begins with the first line that starts at or after `start` and ends with the one that contains `end`.
    """
    number = 0
    if block.file.is_gzip and block.file.size == 0:
        yield _broken(block, number, "truncated-gzip", "the file is empty: not even an empty gzip stream is in it")
        return
    try:
        with open_source(block.file) as stream:
            position = block.start
            if block.start:
                stream.seek(block.start - 1)
                while not (piece := stream.readline(max_line)).endswith(b"\n") and piece:
                    position += len(piece)
                position += len(piece) - 1
            while block.end is None or position < block.end:
                line = stream.readline(max_line)
                if not line:
                    break
                number += 1
                position += len(line)
                if len(line) >= max_line and not line.endswith(b"\n"):
                    while (rest := stream.readline(max_line)) and not rest.endswith(b"\n"):
                        position += len(rest)
                    position += len(rest)
                    yield Issue(Severity.REJECT, "line-too-long", f"the line is longer than {max_line} bytes", block.file.uri, number)
                    continue
                if number == 1 and block.start == 0:
                    line = line.removeprefix(_BOM)
                line = line.strip()
                if line:
                    yield number, line
    except (EOFError, zlib.error) as error:
        yield _broken(
            block, number, "truncated-gzip", f"the gzip stream ends or breaks here ({type(error).__name__}); what came before was read"
        )
    except OSError as error:
        code = "truncated-gzip" if block.file.is_gzip and error.errno is None else "unreadable-file"
        yield _broken(block, number, code, f"the file cannot be read further: {error.strerror or error}")


def _broken(block: Block, number: int, code: str, reason: str) -> Issue:
    return Issue(Severity.REJECT, code, reason, block.file.uri, number + 1)
