# rowcall in a small image, with what upload.sh needs:
#   docker build -t rowcall .
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/data" rowcall check contacts.csv
FROM rust:1-alpine AS build
RUN apk add --no-cache musl-dev
WORKDIR /source
COPY . .
RUN cargo build --release --locked --bin rowcall

FROM alpine:3
RUN apk add --no-cache curl openssl
COPY --from=build /source/target/release/rowcall /usr/local/bin/rowcall
WORKDIR /data
ENTRYPOINT ["rowcall"]
