# All programs in one image; which one runs is the command (see docker-compose.yml).
FROM node:24-slim
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY apps ./apps
COPY packages ./packages
COPY prisma ./prisma
COPY scripts/bootstrap ./scripts/bootstrap
RUN npm ci --omit=dev && npm cache clean --force \
 && mkdir /data && chown node:node /data
USER node
# The memory of the MQTT server, as packages/process/src/mqtt-memory.mjs has it.
ENV IOT_DATA_DIR=/data MALLOC_MMAP_THRESHOLD_=66000
VOLUME /data
EXPOSE 8080 8443 8883
CMD ["node", "--max-semi-space-size=2", "apps/mqtt/src/main.ts"]
