"""The WSGI entry point. Rotoscope serves media with Range requests under WSGI, never ASGI."""

import os
import signal

from django.core.wsgi import get_wsgi_application

from rotoscope import tied
from rotoscope.command import SUPERVISED

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rotoscope.settings")

if os.environ.get(SUPERVISED):
    # The server's master process does not take its workers with it when it is killed.
    tied.die_with_parent(signal.SIGKILL, os.getppid())

application = get_wsgi_application()
