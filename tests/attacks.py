"""Texts that attack: what runs, opens or asks outside where it is not taken as text.

Whatever runs calls `hit()`, whatever is taken for markup leaves an element `x-hit`, whatever asks goes to evil.example.
"""

from __future__ import annotations

MARKUP = (
    "<script>hit(1)</script><x-hit>",
    '"><img src=x onerror=hit(2)><x-hit>',
    "'><svg/onload=hit(3)><x-hit>",
    "</script><script>hit(4)</script><x-hit>",
    "</textarea></title></style></option></select><x-hit>",
    "--><x-hit><!--",
    "]]><x-hit>",
    '" autofocus onfocus=hit(5) x="',
    "' onmouseover='hit(6)",
    "javascript:hit(7)//",
    '<iframe srcdoc="<script>parent.hit(8)</script>"></iframe>',
    '<base href="https://evil.example/"><x-hit>',
    '<meta http-equiv="refresh" content="0;url=https://evil.example/"><x-hit>',
    '<img src="https://evil.example/p.png"><link rel=stylesheet href=//evil.example/c.css><x-hit>',
    "<math><mtext><table><mglyph><style><!--</style><x-hit>",
    "&lt;x-hit&gt;&#60;x-hit&#62;",
    "%3Cx-hit%3E",
    "\\u003cx-hit\\u003e\u2028\u2029",
    "＜x-hit＞",
)
TEMPLATES = ("{{7*7}}", "{% if 1 %}7{% endif %}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{{ config }}", "%(name)s {0}")
SQL = (
    "' OR '1'='1",
    "'; DROP TABLE incident; --",
    '" OR ""="',
    "1); DELETE FROM audit; --",
    "%' ESCAPE '\\' --",
    "\\'; SELECT pg_sleep(60); --",
    "x' UNION SELECT name, sql FROM sqlite_master --",
    ":name ? %s $1",
)
HEADERS = ("a\r\nX-Hit: 1", "a\nSet-Cookie: hit=1", "a\r\n\r\n<x-hit>", "a%0d%0aX-Hit:%201", "a\u560a\u560dX-Hit: 1")
FORMULAS = ('=HYPERLINK("https://evil.example")', "+1+1", "-1+1", "@SUM(1)", "\t=1", "＝1+1")
ALL = (*MARKUP, *TEMPLATES, *SQL, *HEADERS, *FORMULAS)
SHORT = "\"><x-hit><img src=x onerror=hit(9)>'{{7*7}}"  # fits where names do
LONG = " ".join((*MARKUP, *TEMPLATES, *SQL))
