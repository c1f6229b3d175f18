# One replica. Build: docker build -t congress-ha . Configuration: environment variables, docs/CONFIGURATION.md.

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci || npm install --no-save
COPY tsconfig.json tsconfig.build.json ./
COPY service ./service
RUN npm run build

FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev || npm install --omit=dev --no-save

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json ./
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# Fills the policy library of a new database.
COPY service/policy/library ./service/policy/library
USER node
EXPOSE 1789
# Only that the process turns: whether it may get requests is the balancer's question, /readyz.
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.CONGRESS_PORT ?? 1789}/livez`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Exec form: the server is process 1 and gets SIGTERM itself.
ENTRYPOINT ["node", "--enable-source-maps", "dist/service/server/main.js"]
