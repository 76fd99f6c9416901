"""A question with a slip of the pen: what was searched for instead is said, with a link that searches it as typed."""

import re
from html import unescape

from flask.testing import FlaskClient


def test_page_and_rest_say_what_was_searched_for_and_lead_back(client: FlaskClient) -> None:
    html = client.get("/search?q=neuropahty&group=patient").text
    said = re.search(r'class="respelled" role="status">Searched for (.*?), instead of <a href="([^"]*)">(.*?)</a>', html)
    assert said and "neuropathy" in said[1] and "neuropahty" in said[3]
    typed = unescape(said[2])
    assert "as_typed=true" in typed and "group=patient" in typed
    back = client.get(typed).text
    box = back[back.index('class="box"') : back.index("</form>", back.index('class="box"'))]
    assert 'class="respelled"' not in back and 'name="as_typed"' not in box, "another question is mended again"
    answer = client.get("/api/v1/search?q=neuropahty").json
    assert answer["respelled"] == {"asked": "neuropahty", "searched": "neuropathy"} and answer["question"]["parts"]
    assert client.get("/api/v1/search?q=neuropahty&as_typed=true").json["respelled"] is None
