"""Renders Markdown as GitHub does, a JSON list of texts from standard input to a JSON list of HTML."""

import json
import sys

import cmarkgfm
from cmarkgfm.cmark import Options

# Unsafe: without it the renderer itself would leave out the HTML and the links that it is asked about.
render = lambda text: cmarkgfm.github_flavored_markdown_to_html(text, options=Options.CMARK_OPT_UNSAFE)
json.dump([render(text) for text in json.load(sys.stdin)], sys.stdout)
