# One image for web, worker and migrations; docker-compose.yml says which does what.
FROM python:3.11-slim-bookworm AS build
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /venv
WORKDIR /app
COPY requirements/base.txt requirements/base.txt
RUN pip install --no-cache-dir --require-hashes --requirement requirements/base.txt
COPY frontend/package.json frontend/package-lock.json frontend/
RUN cd frontend && npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN cd tests/peers/smsc && npm ci --ignore-scripts --no-audit --no-fund
RUN cd frontend && npm run build && rm -rf node_modules
RUN python manage.py collectstatic --no-input

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin geoportal
COPY --from=build /venv /venv
COPY --from=build /app /app
RUN install --directory --owner geoportal --mode 750 /app/.local/media
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
WORKDIR /app
USER geoportal
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--no-ws", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "4", "--workers-kill-timeout", "10", "--respawn-failed-workers", "geo_portal.wsgi:application"]
