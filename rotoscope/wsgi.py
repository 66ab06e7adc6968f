"""The WSGI entry point. Rotoscope serves media with Range requests under WSGI, never ASGI."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rotoscope.settings")

application = get_wsgi_application()
