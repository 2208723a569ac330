# syntax=docker/dockerfile:1

# Bookworm in both stages: the final image has the same C library that the binary was linked against.
FROM rust:1.95-bookworm AS builder
WORKDIR /src

# The dependencies alone, against an empty crate: this layer is rebuilt only when they change.
# A target that Cargo.toml names by path (a bench, an example) needs its empty file here too.
COPY Cargo.toml Cargo.lock ./
RUN mkdir src benches \
    && echo 'fn main() {}' > src/main.rs \
    && touch src/lib.rs benches/token_cost.rs \
    && cargo build --profile dist --locked \
    && rm -r src benches

# `touch`, because Cargo goes by date and the sources may be older than the empty crate above.
COPY . .
RUN touch src/main.rs src/lib.rs \
    && cargo build --profile dist --locked --bin gatepost \
    && install -D target/dist/gatepost /out/gatepost \
    && mkdir /out/data

FROM gcr.io/distroless/cc-debian12:nonroot
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Gatepost" \
      org.opencontainers.image.description="Self-hosted, passwordless OAuth 2.0 and OpenID Connect authorization server" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

COPY --from=builder /out/gatepost /usr/local/bin/gatepost
# A new named volume takes over owner and mode of this folder, so it is writable without any chown by hand.
COPY --from=builder --chown=65532:65532 /out/data /data

# A number, so that Kubernetes can see that it is not root (`runAsNonRoot`).
USER 65532:65532
VOLUME /data

# Here the default `sqlite://data/gatepost.db` is a file in the volume. Setting the variable as well would stand in the
# way of operators who give the URL of their PostgreSQL as a file (`GATEPOST__DATABASE__URL_FILE`): one of the two is enough.
WORKDIR /
# IPv4 and IPv6; where the container has no IPv6 the server takes 0.0.0.0 by itself.
ENV GATEPOST__SERVER__LISTEN=[::]:8080 \
    GATEPOST__SERVER__MANAGEMENT_LISTEN=[::]:9090
# 8080 is for the world (through a proxy), 9090 for your Prometheus: never publish the second.
EXPOSE 8080 9090

# No shell in this image: every command is a list.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["/usr/local/bin/gatepost", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/gatepost"]
CMD ["serve"]
