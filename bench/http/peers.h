/* peers.h - "hello" by each library that was considered: serves on 127.0.0.1:port until it is
 * killed. Used by: http_bench.c. docs/decisions/0165-http-library.md */
#ifndef NOROSHI_BENCH_HTTP_PEERS_H
#define NOROSHI_BENCH_HTTP_PEERS_H

int peer_microhttpd(int port);
int peer_evhttp(int port);
int peer_h2o(int port);
int peer_civetweb(int port);

#endif
