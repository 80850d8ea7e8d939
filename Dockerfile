# The image of the service. It has one process, no shell, and a read-only root file system apart from /data and /tmp.
#   docker build -t valetkey .
# BUILD_BASE needs Node and npm. BASE needs glibc and libstdc++. The image contains the Node of package-lock.json.
ARG BUILD_BASE=node:24-trixie-slim
ARG BASE=gcr.io/distroless/cc-debian13

FROM ${BUILD_BASE} AS build
WORKDIR /src
COPY . .
RUN npm ci \
  && mkdir -p /image/app /image/usr/local/bin /image/data \
  && cp --dereference node_modules/.bin/node /image/usr/local/bin/node \
  && cp -r packages/valetkey/bin packages/valetkey/dist packages/valetkey/package.json LICENSE /image/app \
  && chown 65532:65532 /image/data

FROM ${BASE}
COPY --from=build /image /
# glibc keeps freed memory in an arena for each thread. With only two arenas, glibc keeps less memory, and one busy thread is as fast.
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data MALLOC_ARENA_MAX=2
USER 65532:65532
VOLUME /data
# The ports of the service and of the built-in bucket.
EXPOSE 3000 3001
HEALTHCHECK --interval=5s --timeout=4s --start-period=10s CMD ["/usr/local/bin/node", "/app/bin/ready.js"]
ENTRYPOINT ["/usr/local/bin/node", "--max-semi-space-size=16", "/app/bin/valetkey.js"]
CMD ["start"]
