# One image for the web server, the workers and the reconciler; compose.yaml says which is which.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 \
    ROTOSCOPE_HOME=/data ROTOSCOPE_STATIC_ROOT=/app/staticfiles

RUN useradd --system --create-home --uid 10001 rotoscope && install -d -o rotoscope /data
WORKDIR /app

# Requirements first: they change seldom, and their layer is the large one.
COPY requirements.txt requirements-train.txt ./
# Without PyTorch: TRAIN=0. Which build of it comes, docs/operations.md says.
ARG TRAIN=1
ARG PIP_EXTRA_INDEX_URL
RUN pip install -r requirements.txt && if [ "$TRAIN" = 1 ]; then pip install -r requirements-train.txt; fi

COPY . .
# Production's names of styles and scripts hold their checksum; nothing else of these settings is kept.
RUN ROTOSCOPE_ENV=production SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
    ALLOWED_HOSTS=build CSRF_TRUSTED_ORIGINS=https://build DATABASE_URL=postgresql://build/build \
    python manage.py collectstatic --noinput \
    && rm -rf /data/* && chown -R rotoscope /data && python -m compileall -q rotoscope videos filters

USER rotoscope
VOLUME /data
EXPOSE 8000
CMD ["python", "manage.py", "serve", "--host", "0.0.0.0"]
