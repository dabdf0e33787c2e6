FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY test/sdk/node-18/package.json test/sdk/node-18/
RUN npm ci
COPY . .
RUN npm run build

FROM node:24-slim
# The bundle needs no packages beside it.
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/bin ./bin
COPY --from=build /app/dist ./dist
COPY --from=build /app/views ./views
COPY --from=build /app/public ./public
COPY data/fixtures.yaml /fixtures/fixtures.yaml
RUN ln -s /app/bin/understudy.js /usr/local/bin/understudy
RUN mkdir -p /state /app/.cache && chown node:node /state /app/.cache
ENV NODE_ENV=production NODE_COMPILE_CACHE=/app/.cache
ENV UNDERSTUDY_HOST=0.0.0.0 UNDERSTUDY_FIXTURES=/fixtures UNDERSTUDY_STORE=json:/state/store.json
USER node
# One start now proves that the image serves, and keeps what V8 compiled for all later ones.
RUN understudy start & until understudy healthcheck; do kill -0 $! || exit 1; sleep 0.2; done; kill $! && wait $! && rm -rf /state/*
VOLUME /state
EXPOSE 9400
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s --start-interval=1s CMD ["understudy", "healthcheck"]
ENTRYPOINT ["understudy"]
CMD ["start"]
