// mqfleet: a fleet of MQTT 3.1.1 devices, and the registry that hears them. One thread and epoll, so that on a small machine
// it is the server that is measured. Unlike mqload its clients are as firmware ought to be: a client that loses its connection
// connects again, with growing pauses.
//
//   mqfleet -p PORT -c FILE [options]
//     -c f  the clients, one a line: "P user password topic" devices by password, "C number topic" devices by certificate,
//           "L user password filter" listeners (QoS 1)
//     -k f  PEM file with certificate and key, one after the other, for "C 0", "C 1", …
//     -T    TLS (the server's certificate is not checked)        -R    resume TLS sessions, as small devices do
//     -a n  attempts to connect that may be under way at once (0: any number)
//     -r n  messages of a device per second (1)                  -s n  payload bytes (64)
//
// Commands on standard input, one a line:
//   cut                every device closes its connection and connects again at once
//   publish SECONDS    every device publishes at its rate, at QoS 1
//   quit
// Standard output: a line of JSON whenever all are connected (`up`), every ten seconds of publishing (`tick`), and when
// publishing has ended and everything has arrived, or nothing has for 15 s (`published`).
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "mqtt.h"

enum { ROOM = 65536, WINDOW = 20, BUCKETS = 1024 };

// How long a device waits before it tries again, seconds: from the first, doubled up to the second. At random it is down to
// half of that.
static const double first_pause = 0.2, longest_pause = 5;
// A server that has not finished the TLS handshake by then, or not answered CONNECT, is given up, seconds.
static const double handshake_patience = 15, answer_patience = 60;

typedef enum { AWAY, REACHING, SHAKING_HANDS, INTRODUCED, UP } State;

typedef struct {
  State state;
  int fd, number, is_listener, certificate, failures, wants_write;
  double due; // when it tries again, or gives this attempt up
  SSL *ssl;
  SSL_SESSION *session;
  uint8_t *in, *out;
  size_t in_len, in_cap, out_len, out_cap, out_sent;
  char *user, *password, *topic;
  uint16_t packet_id;
  uint32_t sent, acknowledged, heard; // sequence numbers; heard: the highest that a listener got
  uint32_t missing;                   // skipped by the listener so far
  uint32_t unknown;                   // not acknowledged when a connection ended: they may come or not
  uint32_t before;                    // sent when the listener subscribed (again): not due to it
} Client;

// Latencies in buckets of 1/16 of a power of two, from a microsecond on: no percentile is off by more than 6 %.
typedef struct {
  uint32_t counts[BUCKETS];
  long count;
  double longest;
} Histogram;

static int port, use_tls, resume, most_attempts, payload_size = 64;
static double rate = 1;
static int epoll_fd, count, devices, up, attempts_now;
static Client *clients;
static X509 **certificates;
static EVP_PKEY **keys;
static SSL_CTX *context;
static uint8_t *payload;
static double lost_since = -1, publish_from, publish_until, progress_at, tick_at;
static long attempts, refusals, unreachable, failures, resumed;
static long sent, acknowledged, received, skipped, duplicates, listener_losses;
static Histogram all_latencies, tick_latencies;
static int next_device;

static void fail(const char *why) {
  fprintf(stderr, "mqfleet: %s\n", why);
  exit(2);
}

// ---- Latencies.

static void note(Histogram *h, double seconds) {
  double micros = seconds * 1e6;
  uint64_t n = micros < 16 ? 16 : (uint64_t)micros;
  int power = 63 - __builtin_clzll(n);
  h->counts[power * 16 + (int)(n >> (power - 4) & 15)]++;
  h->count++;
  if (seconds > h->longest) h->longest = seconds;
}

static double percentile_ms(const Histogram *h, double fraction) {
  long rank = (long)(h->count * fraction), seen = 0;
  for (int i = 0; i < BUCKETS; i++) {
    seen += h->counts[i];
    if (seen > rank) return (double)((16 + i % 16 + 1ULL) << (i / 16)) / 16 / 1e3;
  }
  return 0;
}

// ---- Bytes in and out.

static void watch(Client *c, int operation) {
  struct epoll_event e = {.events = EPOLLIN | (c->wants_write ? EPOLLOUT : 0), .data.ptr = c};
  epoll_ctl(epoll_fd, operation, c->fd, &e);
}

static void want_write(Client *c, int wants) {
  if (wants == c->wants_write) return;
  c->wants_write = wants;
  watch(c, EPOLL_CTL_MOD);
}

static void free_buffers(Client *c) {
  free(c->in);
  free(c->out);
  c->in = c->out = NULL;
  c->in_len = c->in_cap = c->out_len = c->out_cap = c->out_sent = 0;
}

static void leave(Client *c, int is_failure) {
  if (c->state == AWAY) return;
  if (c->state == UP) {
    if (up-- == count) lost_since = now();
    if (c->is_listener) listener_losses++;
  } else {
    attempts_now--;
    if (is_failure) failures++;
  }
  c->state = AWAY;
  SSL_free(c->ssl);
  c->ssl = NULL;
  close(c->fd);
  free_buffers(c);
  double pause = first_pause * (1 << (c->failures < 6 ? c->failures : 6));
  if (pause > longest_pause) pause = longest_pause;
  c->failures++;
  c->due = now() + pause * (0.5 + drand48() / 2);
  // What was not acknowledged is not sent again: the sequence goes on.
  c->unknown += c->sent - c->acknowledged;
  c->acknowledged = c->sent;
}

// -1: nothing now; 0: the end.
static ssize_t read_some(Client *c, void *to, size_t n) {
  if (!c->ssl) {
    ssize_t got = read(c->fd, to, n);
    return got < 0 && errno != EAGAIN ? 0 : got;
  }
  int got = SSL_read(c->ssl, to, n);
  if (got > 0) return got;
  int error = SSL_get_error(c->ssl, got);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? -1 : 0;
}

static ssize_t write_some(Client *c, const void *from, size_t n) {
  if (!c->ssl) {
    ssize_t put = write(c->fd, from, n);
    return put < 0 && errno != EAGAIN ? 0 : put;
  }
  int put = SSL_write(c->ssl, from, n);
  if (put > 0) return put;
  int error = SSL_get_error(c->ssl, put);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? -1 : 0;
}

static int flush(Client *c) {
  while (c->out_sent < c->out_len) {
    ssize_t n = write_some(c, c->out + c->out_sent, c->out_len - c->out_sent);
    if (n < 0) break;
    if (n == 0) {
      leave(c, 1);
      return 0;
    }
    c->out_sent += n;
  }
  if (c->out_sent == c->out_len) c->out_sent = c->out_len = 0;
  want_write(c, c->out_len > 0);
  return 1;
}

static void put(Client *c, const void *bytes, size_t n) {
  if (c->out_len + n > c->out_cap) c->out = realloc(c->out, c->out_cap = (c->out_len + n) * 2);
  memcpy(c->out + c->out_len, bytes, n);
  c->out_len += n;
}

// ---- Packets out.

static void put_packet(Client *c, int first_byte, const uint8_t *body, size_t n) {
  uint8_t header[5] = {first_byte};
  put(c, header, 1 + put_length(header + 1, n));
  put(c, body, n);
}

static void send_connect(Client *c) {
  uint8_t body[700];
  char id[64];
  snprintf(id, sizeof id, "fleet-%d", c->number);
  size_t n = put_connect(body, id, c->user, c->password);
  put_packet(c, 0x10, body, n);
  c->state = INTRODUCED;
  c->due = now() + answer_patience;
  flush(c);
}

static void send_subscribe(Client *c) {
  uint8_t body[1100] = {0, 1};
  size_t n = 2 + put_text(body + 2, c->topic);
  body[n++] = 1;
  put_packet(c, 0x82, body, n);
}

// In the payload: when it was sent, by whom, the how-manieth.
static void publish(Client *c) {
  uint8_t body[ROOM];
  double t = now();
  uint32_t number = c->number, sequence = ++c->sent;
  if (++c->packet_id == 0) c->packet_id = 1;
  size_t n = put_text(body, c->topic);
  body[n++] = c->packet_id >> 8;
  body[n++] = c->packet_id;
  memcpy(payload, &t, sizeof t);
  memcpy(payload + 8, &number, sizeof number);
  memcpy(payload + 12, &sequence, sizeof sequence);
  memcpy(body + n, payload, payload_size);
  put_packet(c, 0x32, body, n + payload_size);
  sent++;
  if (!c->wants_write) flush(c);
}

// ---- Packets in.

static void report_up(void) {
  double seconds = lost_since < 0 ? 0 : now() - lost_since;
  printf("{\"event\":\"up\",\"clients\":%d,\"seconds\":%.3f,\"attempts\":%ld,\"refused\":%ld,\"unreachable\":%ld,"
         "\"failed\":%ld,\"resumed\":%ld}\n",
         count, seconds, attempts, refusals, unreachable, failures, resumed);
  fflush(stdout);
  attempts = refusals = unreachable = failures = resumed = 0;
}

// Sessions are not kept: what was sent before the listener subscribed is not due to it.
static void owe_nothing_from_before(void) {
  for (int i = 0; i < count; i++) {
    clients[i].before = clients[i].heard = clients[i].sent;
    clients[i].missing = 0;
  }
}

static void is_up(Client *c) {
  c->state = UP;
  c->failures = 0;
  c->due = 0;
  attempts_now--;
  if (c->ssl && SSL_session_reused(c->ssl)) resumed++;
  if (c->is_listener) owe_nothing_from_before();
  if (++up == count) report_up();
}

static void hear(const uint8_t *at, size_t n) {
  double departure, arrival = now();
  uint32_t number, sequence;
  received++;
  if (n < 16) return;
  memcpy(&departure, at, sizeof departure);
  memcpy(&number, at + 8, sizeof number);
  memcpy(&sequence, at + 12, sizeof sequence);
  if (number >= (uint32_t)count) return;
  Client *from = &clients[number];
  if (sequence <= from->heard) duplicates += sequence > from->before;
  else {
    from->missing += sequence - from->heard - 1;
    from->heard = sequence;
  }
  note(&all_latencies, arrival - departure);
  note(&tick_latencies, arrival - departure);
}

// 0: the connection is gone.
static int handle(Client *c, const Packet *packet) {
  switch (packet->first_byte >> 4) {
  case CONNACK:
    if (packet->length < 2 || packet->body[1]) {
      refusals++;
      leave(c, 0);
      return 0;
    }
    if (c->is_listener) send_subscribe(c);
    else is_up(c);
    break;
  case SUBACK:
    if (packet->body[2] == 0x80) fail("SUBSCRIBE refused");
    is_up(c);
    break;
  case PUBACK:
    acknowledged++;
    c->acknowledged++;
    break;
  case PUBLISH: {
    Publication publication = read_publish(packet);
    if (publication.wants_puback) put(c, publication.puback, sizeof publication.puback);
    hear(publication.payload, publication.length);
  }
  }
  return 1;
}

// Handles every whole packet in the client's input; keeps the rest. 0: the connection is gone.
static int handle_all(Client *c) {
  size_t at = 0;
  for (Packet packet; find_packet(c->in + at, c->in_len - at, &packet); at += packet.size)
    if (!handle(c, &packet)) return 0;
  memmove(c->in, c->in + at, c->in_len - at);
  c->in_len -= at;
  return 1;
}

static void receive(Client *c) {
  size_t room = c->is_listener ? ROOM : 512;
  for (;;) {
    if (c->in_cap - c->in_len < room) c->in = realloc(c->in, c->in_cap = c->in_cap ? c->in_cap * 2 : 2 * room);
    ssize_t n = read_some(c, c->in + c->in_len, c->in_cap - c->in_len);
    if (n < 0) break;
    if (n == 0) {
      leave(c, 1);
      return;
    }
    c->in_len += n;
    if (!handle_all(c)) return;
  }
  if (c->out_len && !flush(c)) return;
  if (c->in_len == 0 && !c->is_listener) {
    free(c->in);
    c->in = NULL;
    c->in_cap = 0;
  }
}

// ---- Connections.

static int keep_session(SSL *ssl, SSL_SESSION *session) {
  Client *c = SSL_get_app_data(ssl);
  SSL_SESSION_free(c->session);
  c->session = session;
  return 1;
}

static void start_tls(Client *c) {
  c->ssl = SSL_new(context);
  SSL_set_app_data(c->ssl, c);
  SSL_set_fd(c->ssl, c->fd);
  SSL_set_connect_state(c->ssl);
  if (c->certificate >= 0) {
    SSL_use_certificate(c->ssl, certificates[c->certificate]);
    SSL_use_PrivateKey(c->ssl, keys[c->certificate]);
  }
  if (c->session) SSL_set_session(c->ssl, c->session);
  c->state = SHAKING_HANDS;
}

static void shake_hands(Client *c) {
  int result = SSL_do_handshake(c->ssl);
  if (result == 1) {
    send_connect(c);
    return;
  }
  int error = SSL_get_error(c->ssl, result);
  if (error == SSL_ERROR_WANT_READ) want_write(c, 0);
  else if (error == SSL_ERROR_WANT_WRITE) want_write(c, 1);
  else {
    SSL_SESSION_free(c->session);
    c->session = NULL;
    leave(c, 1);
  }
}

static void reached(Client *c) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error) {
    unreachable++;
    leave(c, 0);
    return;
  }
  want_write(c, 0);
  if (!use_tls) {
    send_connect(c);
    return;
  }
  start_tls(c);
  shake_hands(c);
}

static void reach(Client *c) {
  int one = 1;
  // 20,000 connections for each local address: a port is not used twice.
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(0x7f000001)};
  attempts++;
  attempts_now++;
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  c->state = REACHING;
  c->due = now() + handshake_patience;
  c->wants_write = 1;
  if (connect(c->fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS) {
    watch(c, EPOLL_CTL_ADD);
    leave(c, 1);
    return;
  }
  watch(c, EPOLL_CTL_ADD);
}

// Clients that are due try again, or give up.
static void look(void) {
  double t = now();
  for (int i = 0; i < count; i++) {
    Client *c = &clients[i];
    if (c->state == UP || t < c->due) continue;
    if (c->state != AWAY) leave(c, 1);
    else if (most_attempts == 0 || attempts_now < most_attempts) reach(c);
  }
}

static void wait_for_sockets(int timeout_ms) {
  struct epoll_event events[1024];
  int n = epoll_wait(epoll_fd, events, 1024, timeout_ms);
  for (int i = 0; i < n; i++) {
    Client *c = events[i].data.ptr;
    if (c->state == REACHING) reached(c);
    else if (c->state == SHAKING_HANDS) shake_hands(c);
    else if (c->state != AWAY) {
      if ((events[i].events & EPOLLOUT) && !flush(c)) continue;
      if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(c);
    }
  }
}

// ---- Commands.

static void cut(void) {
  lost_since = now();
  for (int i = 0; i < count; i++) {
    Client *c = &clients[i];
    if (c->is_listener) continue;
    leave(c, 0);
    c->failures = 0;
    c->due = 0;
  }
}

// What was acknowledged, and has neither come nor may have been lost with its publisher's connection.
static long missing(void) {
  long all = 0;
  for (int i = 0; i < count; i++) {
    const Client *c = &clients[i];
    long of_client = (long)c->missing + c->acknowledged - c->heard - c->unknown;
    if (of_client > 0) all += of_client;
  }
  return all;
}

static long unknown(void) {
  long all = 0;
  for (int i = 0; i < count; i++) all += clients[i].unknown;
  return all;
}

static void report(const char *event, const Histogram *h, double seconds) {
  printf("{\"event\":\"%s\",\"seconds\":%.1f,\"sent\":%ld,\"acknowledged\":%ld,\"received\":%ld,\"missing\":%ld,\"skipped\":%ld,\"unknown\":%ld,"
         "\"duplicates\":%ld,\"listenerLosses\":%ld,\"up\":%d,\"p50Ms\":%.3f,\"p99Ms\":%.3f,\"maxMs\":%.3f}\n",
         event, seconds, sent, acknowledged, received, missing(), skipped, unknown(), duplicates, listener_losses, up, percentile_ms(h, 0.5),
         percentile_ms(h, 0.99), h->longest * 1e3);
  fflush(stdout);
}

static void begin_publishing(double seconds) {
  publish_from = progress_at = tick_at = now();
  publish_until = publish_from + seconds;
  sent = acknowledged = received = skipped = duplicates = listener_losses = 0;
  for (int i = 0; i < count; i++) clients[i].unknown = clients[i].missing = 0;
  memset(&all_latencies, 0, sizeof all_latencies);
  memset(&tick_latencies, 0, sizeof tick_latencies);
}

static void publish_due(void) {
  static long done = -1;
  double t = now();
  if (t < publish_until) {
    // Evenly over the second, one device after the other.
    for (long due = (long)((t - publish_from) * rate * devices) - sent - skipped; due > 0; due--) {
      do next_device = (next_device + 1) % count;
      while (clients[next_device].is_listener);
      Client *c = &clients[next_device];
      if (c->state == UP && c->sent - c->acknowledged < WINDOW) publish(c);
      else skipped++;
    }
  }
  if (t >= tick_at + 10) {
    report("tick", &tick_latencies, t - publish_from);
    memset(&tick_latencies, 0, sizeof tick_latencies);
    tick_at = t;
  }
  if (acknowledged + received != done) {
    done = acknowledged + received;
    progress_at = t;
  }
  if (t < publish_until) return;
  if ((acknowledged + unknown() == sent && missing() == 0) || t > progress_at + 15) {
    report("published", &all_latencies, publish_until - publish_from);
    publish_from = 0;
  }
}

// 0: it is time to go.
static int obey(void) {
  static char line[100];
  static size_t length;
  ssize_t n = read(0, line + length, sizeof line - length - 1);
  if (n == 0 || (n < 0 && errno != EAGAIN)) return 0;
  if (n > 0) length += n;
  for (char *end; (end = memchr(line, '\n', length));) {
    *end = 0;
    if (!strcmp(line, "cut")) cut();
    else if (!strncmp(line, "publish ", 8)) begin_publishing(atof(line + 8));
    else return 0;
    length -= end + 1 - line;
    memmove(line, end + 1, length);
  }
  return 1;
}

// ---- Beginning.

static void read_certificates(const char *name) {
  FILE *file = fopen(name, "r");
  if (!file) fail("no file of certificates");
  int n = 0;
  for (X509 *one; (one = PEM_read_X509(file, NULL, NULL, NULL)); n++) {
    certificates = realloc(certificates, (n + 1) * sizeof *certificates);
    keys = realloc(keys, (n + 1) * sizeof *keys);
    certificates[n] = one;
    if (!(keys[n] = PEM_read_PrivateKey(file, NULL, NULL, NULL))) fail("a certificate without its key");
  }
  fclose(file);
}

static void read_clients(const char *name) {
  FILE *file = fopen(name, "r");
  if (!file) fail("no file of clients");
  char *line = NULL;
  size_t size = 0;
  while (getline(&line, &size, file) > 0) {
    char user[128], password[128], topic[1024];
    clients = realloc(clients, (count + 1) * sizeof *clients);
    Client *c = &clients[count];
    memset(c, 0, sizeof *c);
    c->number = count++;
    c->certificate = -1;
    c->is_listener = line[0] == 'L';
    if (!c->is_listener) devices++;
    if (line[0] == 'C' && sscanf(line + 1, "%d %1023s", &c->certificate, topic) != 2) fail("a line of clients is wrong");
    if (line[0] != 'C') {
      if (sscanf(line + 1, " %127s %127s %1023s", user, password, topic) != 3) fail("a line of clients is wrong");
      c->user = strdup(user);
      c->password = strdup(password);
    }
    c->topic = strdup(topic);
  }
  free(line);
  fclose(file);
}

static void options(int argc, char **argv) {
  const char *clients_file = NULL, *certificates_file = NULL;
  for (int o; (o = getopt(argc, argv, "p:c:k:TRa:r:s:")) > 0;) {
    switch (o) {
    case 'p': port = atoi(optarg); break;
    case 'c': clients_file = optarg; break;
    case 'k': certificates_file = optarg; break;
    case 'T': use_tls = 1; break;
    case 'R': resume = 1; break;
    case 'a': most_attempts = atoi(optarg); break;
    case 'r': rate = atof(optarg); break;
    case 's': payload_size = atoi(optarg); break;
    default: exit(2);
    }
  }
  if (!port || !clients_file) fail("-p and -c are needed");
  if (payload_size < 16 || payload_size > ROOM / 2) fail("-s: 16 to 32768");
  if (certificates_file) read_certificates(certificates_file);
  read_clients(clients_file);
}

int main(int argc, char **argv) {
  options(argc, argv);
  raise_file_limit();
  payload = malloc(payload_size);
  memset(payload, 'x', payload_size);
  epoll_fd = epoll_create1(0);
  fcntl(0, F_SETFL, O_NONBLOCK);
  context = tls_context();
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  if (resume) SSL_CTX_sess_set_new_cb(context, keep_session);
  lost_since = now();
  for (double looked = 0; obey();) {
    if (up < count && now() > looked + 0.02) {
      look();
      looked = now();
    }
    if (publish_from > 0) publish_due();
    wait_for_sockets(publish_from > 0 ? 1 : 20);
  }
  return 0;
}
