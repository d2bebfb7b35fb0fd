# One file for all images: APP is the folder of the app, of the audit, of the command line, or of the setup.
#
#   docker build --build-arg APP=apps/processor --tag ecommerce-processor .

FROM node:24-bookworm-slim AS base
WORKDIR /shop

# Only the files that npm needs, so that a change of the sources does not install the packages again.
FROM base AS manifests
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json ! -name .npmrc -delete \
    && find . -type d -empty -delete

FROM base AS packages
# With your own registry: NPM_CONFIG_REGISTRY=$(npm config get registry) docker compose build
ARG NPM_CONFIG_REGISTRY
COPY --from=manifests /shop .

FROM packages AS built
RUN --mount=type=cache,target=/root/.npm,sharing=locked \
    npm ci --ignore-scripts --prefer-offline
COPY . .
RUN node_modules/.bin/tsc -b apps/* libs/audit libs/events-cli libs/setup \
    && (cd apps/console && npm run --silent openapi && npx --no-install vite build web --logLevel warn) \
    && rm -rf apps/*/node_modules libs/*/node_modules \
    && rm -r apps/console/web apps/console/openapi apps/*/src libs/*/src apps/*/tsconfig.json libs/*/tsconfig.json \
    && find apps libs \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.ts.map' -o -name '*.tsbuildinfo' \) -delete

# What the apps need to run, without the types and source maps of the packages, which are half of their files.
FROM packages AS production
RUN --mount=type=cache,target=/root/.npm,sharing=locked \
    npm ci --omit=dev --ignore-scripts --prefer-offline \
    && find node_modules -type f \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' \) -delete

# What one app needs: packages from npm, and the shop's own packages, to which node_modules has links. Peer dependencies would add
# the compiler and tools that read its comments, which no app runs, and API documentation, which only one app needs.
FROM production AS chosen
ARG APP
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
RUN test -f "${APP:?takes the folder of an app, such as apps/processor}/package.json"; \
    unused='typescript$|@microsoft/tsdoc'; \
    grep -q '"@nestjs/swagger"' "$APP/package.json" \
      || unused+='|@nestjs/(swagger|mapped-types)|swagger-ui-dist|@scarf/|js-yaml|argparse'; \
    npm ls --workspace "$APP" --omit=dev --all --parseable | sed -n "s#^$PWD/##p" \
      | grep -Ev "^node_modules/($unused)" >/tmp/chosen; \
    find $(</tmp/chosen) -maxdepth 0 -type d >/tmp/packages; \
    find $(</tmp/chosen) -maxdepth 0 -type l -print -exec realpath --relative-to=. {} \; >/tmp/shop; \
    mkdir -p /image/packages /image/shop; \
    tar -c -T /tmp/packages | tar -x -C /image/packages
COPY --from=built /shop/apps apps
COPY --from=built /shop/libs libs
# Readable for the user that runs it, with any umask of the clone.
RUN tar -c -T /tmp/shop | tar -x -C /image/shop; chmod -R a+rX /image/shop

FROM base
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
COPY --from=chosen /image/packages .
COPY --from=chosen /image/shop .
ARG APP
WORKDIR /shop/${APP}
USER node
# `fetch` would take twice the time of the processor.
HEALTHCHECK --interval=5s --timeout=4s --start-period=60s --retries=3 \
  CMD ["node", "-e", "http.get(`http://127.0.0.1:${process.env.PORT}/health`, (answer) => process.exit(answer.statusCode === 200 ? 0 : 1))"]
CMD ["node", "--enable-source-maps", "--max-semi-space-size=32", "dist/main.js"]
