"""HTML, XHTML and clinical XML as text: what a browser shows, nothing lost to sloppy markup, and no markup that takes long."""

import subprocess
import sys
from pathlib import Path

import pytest

from ingest.markup import text_of_markup


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>two\n  three</p>", "One\ntwo three\n"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<ul><li>x<li>y</ul>z", "x\ny\nz"),
        ("<table><tr><th>Na</th><td>140</td></tr><tr><td>K</td><td>4.1</td></tr></table>", "Na 140\nK 4.1\n"),
        ("<pre>a\n  b</pre>", "a\n  b\n"),
        ("<b>bo</b>ld <i> it</i>", "bold it"),
        ("&lt;5 &amp; &eacute; &#233; &#xE9; &nbsp;|&notit;", "<5 & é é é \xa0|¬it;"),
        ("CRP < 5, K <4, pH<7.2", "CRP < 5, K <4, pH<7.2"),
        ("<HTML><Body>Fever</BODY></html>", "Fever\n"),
        ("<html><head><title>no</title><style>p{}</style></head><body>yes</body></html>", "yes\n"),
        ("<script>if (a<b) '<p>'</script>seen<svg><text>no</text></svg>", "seen"),
        ("<object>no<object>no</object>yes", "yes"),
        ("<!-- no --->a<!-->b<!--x--!>c<!doctype html>d<?php ?>e", "abcde"),
    ],
)
def test_what_a_browser_shows(markup, text):
    assert text_of_markup(markup) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<n1:paragraph>a</n1:paragraph><n1:paragraph>b</n1:paragraph>", "a\nb\n"),
        ("<p>a <![CDATA[K < 4 & <b>]]> c</p>", "a K < 4 & <b> c\n"),
        ("<!-- <![CDATA[ --><p>seen</p>", "seen\n"),
        ("<section><title/><text>seen</text></section>", "seen\n"),
        ('<head><script src="a.js"/><style/></head><p>seen</p>', "seen\n"),
        ("<svg><style/></svg><p>seen</p>", "seen\n"),
    ],
)
def test_the_ways_of_xml(markup, text):
    assert text_of_markup(markup) == text


LONG = " and a note that goes on" * 60


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<head><title>Report<body><p>seen</p>", "seen\n"),
        ("<title>Report<p>seen</p>", "Report\nseen\n"),
        ("<textarea><p>seen</p>", "seen\n"),
        ("<head><p>a", ""),
        (f'<a href="x>seen</a>{LONG}', f"seen{LONG}"),
        (f'<a title="a > b" href=\'x>seen</a>{LONG} <b class="x">end</b>', f"seen{LONG} end"),
        ('<img alt="K > 4" src="x">seen', "seen"),
        ("<p>a<![CDATA[ b</p><p>c", "a b\nc"),
        ("<script>//<![CDATA[\nx</script>seen", "seen"),
        ("seen<b", "seen"),
    ],
)
def test_sloppy_markup_does_not_hide_the_note(markup, text):
    assert text_of_markup(markup) == text


@pytest.mark.parametrize(
    "odd", ["", "\0", "\ud800", "\ufeff", "\u202eabc\u202c", "&#x110000;", "&#" + "9" * 5000 + ";", "<", "</", "<!", "<?", "&"]
)
def test_any_string_is_read(odd):
    assert isinstance(text_of_markup(odd), str)
    assert text_of_markup(f"<p>a</p>{odd}<p>b</p>").startswith("a\n")


HOSTILE = {
    "ends that match nothing": "'<svg>' * 200_000 + '</math>' * 150_000",
    "hidden in hidden": "'<object><svg><math>' * 60_000 + '</object>' * 100_000",
    "nested blocks": "'<div>' * 400_000",
    "formats of one paragraph after the other": "'<p>' + ''.join(f'<b a={i}>' for i in range(50_000)) + '<p>x' * 50_000",
    "brackets": "'<' * 2_000_000",
    "names": "'<a' * 1_000_000",
    "comments": "'<!--' * 500_000",
    "comments that nearly end": "'<!-- -' * 300_000",
    "sections": "'<![CDATA[' * 200_000",
    "scripts": "'/><script>' * 200_000",
    "scripts that nearly end": "'/><script>' + '</scrip' * 300_000",
    "open quotes": """'=">' + '<a ">' * 400_000""",
    "open quotes of both kinds": """'=">' + '<a "\\'' * 400_000""",
    "equal signs": "'= ' * 1_000_000",
    "a long attribute": """'<a x="' + 'y' * 5_000_000 + '">'""",
    "attributes": "'<a ' + ' '.join(f'x{i}=1' for i in range(200_000))",
    "a wide table": "'<table>' + ('<tr>' + '<td>x</td>' * 10_000 + '</tr>') * 10",
    "references": "'&' * 1_000_000 + '&#' + '1' * 1_000_000",
    "zeros": "'\\0' * 2_000_000",
}
MOST_MB = 400


def test_no_markup_takes_long_or_much():
    """All of it, megabytes each, ends within two minutes: seconds where it is linear, hours where it is not. And it fits into memory."""
    if not Path("/proc/self/status").exists():
        pytest.skip("only Linux tells the peak of a process that is its own: ru_maxrss has that of the process that started it")
    program = "from pathlib import Path\nfrom ingest.markup import text_of_markup\n"
    program += "".join(f"text_of_markup({markup})\nprint({what!r}, flush=True)\n" for what, markup in HOSTILE.items())
    program += "print(next(int(line.split()[1]) // 1024 for line in Path('/proc/self/status').open() if line.startswith('VmHWM')))\n"
    ran = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        said, _ = ran.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        ran.kill()
        done = set(ran.communicate()[0].splitlines())
        pytest.fail(f"not linear: {next(what for what in HOSTILE if what not in done)}")
    assert said.splitlines()[:-1] == list(HOSTILE)
    assert int(said.splitlines()[-1]) < MOST_MB
