// What both load generators know of MQTT 3.1.1, of time and of TLS. All of it is static: a program is compiled of one file.
#include <openssl/ssl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { CONNACK = 2, PUBLISH = 3, PUBACK = 4, SUBACK = 9 };

// Seconds, on a clock that never jumps.
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

// ---- Packets out. Each function answers with the number of bytes that it wrote.

// The Remaining Length: at most four bytes.
static size_t put_length(uint8_t *at, size_t n) {
  size_t i = 0;
  do {
    at[i] = n % 128;
    n /= 128;
    if (n) at[i] |= 128;
    i++;
  } while (n);
  return i;
}

static size_t put_text(uint8_t *at, const char *text) {
  size_t n = strlen(text);
  at[0] = n >> 8;
  at[1] = n;
  memcpy(at + 2, text, n);
  return n + 2;
}

// A CONNECT without its fixed header, with a clean session. `user` and `password` may be NULL.
static size_t put_connect(uint8_t *at, const char *client_id, const char *user, const char *password) {
  const int keep_alive_seconds = 7200; // longer than any run
  size_t n = put_text(at, "MQTT");
  at[n++] = 4;
  at[n++] = 2 | (user ? 0x80 : 0) | (password ? 0x40 : 0);
  at[n++] = keep_alive_seconds >> 8;
  at[n++] = keep_alive_seconds & 255;
  n += put_text(at + n, client_id);
  if (user) n += put_text(at + n, user);
  if (password) n += put_text(at + n, password);
  return n;
}

// ---- Packets in.

typedef struct {
  uint8_t first_byte;
  const uint8_t *body;
  size_t length; // of the body
  size_t size;   // of the whole
} Packet;

// The packet that the bytes begin with. 0: it is not all there yet.
static int find_packet(const uint8_t *bytes, size_t count, Packet *found) {
  size_t n = 0, i = 1, shift = 0;
  int whole = 0;
  while (i < count && i < 5 && !whole) {
    n |= (size_t)(bytes[i] & 127) << shift;
    shift += 7;
    whole = !(bytes[i++] & 128);
  }
  if (!whole || count - i < n) return 0;
  *found = (Packet){.first_byte = bytes[0], .body = bytes + i, .length = n, .size = i + n};
  return 1;
}

typedef struct {
  const uint8_t *payload;
  size_t length;   // of the payload
  uint8_t puback[4];
  int wants_puback;
} Publication;

static Publication read_publish(const Packet *packet) {
  const uint8_t *body = packet->body;
  size_t at = 2 + (body[0] << 8 | body[1]);
  Publication read = {.wants_puback = packet->first_byte & 6};
  if (read.wants_puback) {
    memcpy(read.puback, (uint8_t[]){0x40, 2, body[at], body[at + 1]}, 4);
    at += 2;
  }
  read.payload = body + at;
  read.length = packet->length - at;
  return read;
}

// ---- The machine.

// As many connections as the system lets one process have.
static void raise_file_limit(void) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

// Of a client that checks no certificate, and holds no buffers while nothing moves.
static SSL_CTX *tls_context(void) {
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  return context;
}
