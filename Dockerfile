# The embedded ledger in one image. glibc, not musl: what is installed here is what the tests ran with.
FROM node:24-bookworm-slim AS base
WORKDIR /app
COPY package.json package-lock.json .npmrc ./

FROM base AS build
RUN npm ci
COPY tsconfig.json tsconfig.build.json nest-cli.json ./
COPY src src
COPY projections projections
COPY examples examples
RUN npm run build

FROM base AS dependencies
RUN npm ci --omit=dev

FROM node:24-bookworm-slim
WORKDIR /app
COPY package.json ./
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
# A new volume takes over the directory's owner and mode.
RUN install -d -o node -g node -m 700 /data /vault
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 SIJILL_DATA=/data
USER node
VOLUME /data
EXPOSE 3000
# The slim image has no curl.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Not npm: signals must reach the server itself.
CMD ["node", "dist/src/main.js"]
