# All programs in one image; which one runs is the command (see docker-compose.yml).
FROM node:24-slim
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY apps ./apps
COPY packages ./packages
COPY prisma ./prisma
COPY scripts/bootstrap ./scripts/bootstrap
# Of a device's TLS connection jemalloc keeps 51 KB resident, glibc 59 (docs/benchmarks.md), and it gives back what is freed.
RUN apt-get update && apt-get install -y --no-install-recommends libjemalloc2 && rm -rf /var/lib/apt/lists/*
RUN npm ci --omit=dev && npm cache clean --force \
 && mkdir /data && chown node:node /data
USER node
ENV IOT_DATA_DIR=/data LD_PRELOAD=libjemalloc.so.2 MALLOC_CONF=narenas:1,dirty_decay_ms:1000
VOLUME /data
EXPOSE 8080 8443 8883
# The memory of the MQTT server, as packages/process/src/mqtt-memory.mjs has it.
CMD ["node", "--max-semi-space-size=2", "apps/mqtt/src/main.ts"]
