"""/api/redoc: the reference, from this host alone."""

from typing import Any

from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularRedocView
from rest_framework.renderers import StaticHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response

# The package's own page asks Google for fonts, and ReDoc itself another host for its logo: the policy keeps it here.
PAGE = """<!DOCTYPE html>
<html lang="en">
  <head>
    <title>{title}</title>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy"
          content="default-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src 'self' blob:">
    <style>body {{ margin: 0; }}</style>
  </head>
  <body>
    <redoc spec-url="{schema}"></redoc>
    <script src="{script}"></script>
  </body>
</html>
"""


class ReferenceView(SpectacularRedocView):
    renderer_classes = (StaticHTMLRenderer,)

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        schema, script = self._get_schema_url(request), self._redoc_standalone()
        return Response(PAGE.format(title=self.title, schema=schema, script=script))
