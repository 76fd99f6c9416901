# syntax=docker/dockerfile:1
FROM node:20.20.2-slim AS assets
WORKDIR /build/webapp/frontend
COPY webapp/frontend/package.json webapp/frontend/package-lock.json ./
RUN npm ci
COPY webapp/frontend/ ./
RUN npm run build

FROM python:3.11.14-slim
RUN useradd --create-home --uid 10001 commissure && install -d -o commissure /data
WORKDIR /app
COPY pyproject.toml constraints.txt README.md ./
COPY sources sources
COPY graph graph
COPY concepts concepts
COPY search search
COPY labels labels
COPY cohorts cohorts
COPY access access
COPY privacy privacy
COPY ingest ingest
COPY webapp webapp
COPY commissure commissure
COPY sample sample
# An index of CPU-only torch wheels can be given at build time; it saves about 4 GB.
ARG TORCH_INDEX=""
RUN if [ -n "$TORCH_INDEX" ]; then pip install --no-cache-dir -c constraints.txt --index-url "$TORCH_INDEX" torch; fi \
    && pip install --no-cache-dir -c constraints.txt -e '.[neptune,s3,sample]'
COPY --from=assets /build/webapp/static/dist webapp/static/dist
USER commissure
# The server refuses to start until it is told who may see the data: COMMISSURE_ACCESS=true, or COMMISSURE_OPEN=true (docs/security.md)
ENV COMMISSURE_DATA=/data COMMISSURE_HOST=0.0.0.0 PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz')"]
ENTRYPOINT ["commissure"]
CMD ["serve"]
