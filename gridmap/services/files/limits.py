"""How large anything may be that comes from outside. Whatever reads files takes its limits from here."""

from __future__ import annotations

# What a browser hands in
UPLOAD_LIMIT_MB = 100
UPLOAD_LIMIT_BYTES = UPLOAD_LIMIT_MB << 20
UPLOADS_LIMIT_BYTES = 20 * UPLOAD_LIMIT_BYTES  # what everybody's uploads may hold together
UPLOADS_KEPT_S = 24 * 3600

# What is unpacked
WHOLE_LIMIT_BYTES = 2 << 30  # of a file that is read whole
STREAM_LIMIT_BYTES = 64 << 30  # of a file that is read in pieces, and of all that is in an archive
WORKBOOK_LIMIT_BYTES = 1 << 30  # a full sheet of 1,048,576 rows and ten columns has some 400 MiB
RATIO_LIMIT = 200  # unpacked to packed; tables are packed 5 to 50 times
RATIO_FROM_BYTES = 64 << 20  # a small file may be of one letter
MEMBERS_LIMIT = 10_000
LINE_LIMIT_BYTES = 64 << 20  # a polygon written as text is one long line

# Pictures
PICTURE_LIMIT_BYTES = 20 << 20
PICTURE_LIMIT_PIXELS = 60_000_000  # 180 MB while it is drawn anew; a telephone makes 12 to 50 million
PICTURE_EDGE_PX = 4096  # what is kept of a larger one
