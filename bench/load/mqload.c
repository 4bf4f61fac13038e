// mqload: a load generator for MQTT 3.1.1 brokers. One thread and epoll: about a microsecond a message, so that on a small
// machine it is the broker that is measured. It opens subscribers, then publishers, sends a number of messages and waits for
// every delivery that is due. Prints one line of JSON; given the broker's process ID, with the CPU time that the broker spent.
//
//   mqload -p PORT [options]
//     -P n  publishers (1)             -S n  subscribers (1)           -q 0|1  QoS of both (0)
//     -n n  messages in all (100000)   -s n  payload bytes (64)        -r n    messages per second in all (as fast as they go)
//     -w n  unacknowledged QoS 1 messages of a publisher (100)
//     -o n  QoS 0 deliveries that may be outstanding in all (50000): like an acknowledgement, so that nothing is lost
//           to a queue's bound only because the generator sends faster than it reads
//     -t s  topic of a publisher, -f s filter of a subscriber; %d is the client's number, %m the message's, below -m
//     -m n  number of topics that %m goes through (1), -d n digits that it has at least, with zeros in front (1)
//     -e n  subscribers that are to get each message (all)
//     -c f  file of clients, one a line: "S user password filter" for subscribers, then "P user password topic"
//     -z n  subscribers, the last ones, that stop reading once they have subscribed, and of whom nothing is expected
//     -i n  hold the connections for n seconds afterwards; without messages (-n 0) that is what is measured
//     -x n  process ID of the broker; once for each process of it, at most 8
//     -k n  port of the publishers (that of the subscribers)             -T    TLS; the certificate is not checked
//
// Exit status: 0 all that was due arrived; 5 some did not; 2 refused; 3 closed; 4 stuck.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "mqtt.h"

enum { MAX_TOPIC = 1100, READ_ROOM = 65536, LATENCIES = 4000000, FIRST_SECONDS = 4, MAX_PROCESSES = 8 };

typedef struct {
  int fd, number, is_publisher, is_ready, is_frozen, wants_write;
  long unacknowledged;
  double departed; // its last message
  uint16_t packet_id;
  SSL *ssl;
  uint8_t *out, *in;
  size_t out_len, out_cap, out_sent, in_len, in_cap;
  char topic[MAX_TOPIC], user[128], password[128];
} Client;

static int port = 1883, publisher_port = 0, publishers = 1, subscribers = 1, qos = 0, payload_size = 64, topics = 1, frozen = 0, use_tls = 0;
static int digits = 1, due = 0;
static long messages = 100000, window = 100, max_outstanding = 50000, broker_pids[MAX_PROCESSES];
static int processes = 0;
static double rate = 0, idle_seconds = 0;
static const char *topic_form = "bench/%d", *filter_form = "bench/#", *clients_file = NULL;

static int epoll_fd;
static uint8_t *payload;
static long ready, sent, acknowledged, received, latency_count, first_count, wait_count;
static double last_arrival, first_end;
static float *latencies, *waits; // of deliveries; of acknowledgements, while each publisher has one message under way

static void give_up(int status, const char *why, const Client *c) {
  fprintf(stderr, "{\"error\":\"%s\",\"client\":\"%s%d\",\"user\":\"%s\",\"sent\":%ld,\"received\":%ld}\n", why,
          c && c->is_publisher ? "p" : "s", c ? c->number : -1, c ? c->user : "", sent, received);
  exit(status);
}

// ---- What the broker costs: user and system time, resident memory.

// The scheduler's own count in nanoseconds, of every thread: clock ticks of 10 ms are too coarse for a fast broker.
static double cpu_seconds(long broker_pid) {
  char path[300];
  double nanoseconds = 0, of_thread;
  snprintf(path, sizeof path, "/proc/%ld/task", broker_pid);
  DIR *threads = opendir(path);
  if (!threads) return 0;
  for (struct dirent *thread; (thread = readdir(threads));) {
    snprintf(path, sizeof path, "/proc/%ld/task/%s/schedstat", broker_pid, thread->d_name);
    FILE *f = thread->d_name[0] == '.' ? NULL : fopen(path, "r");
    if (!f) continue;
    if (fscanf(f, "%lf", &of_thread) == 1) nanoseconds += of_thread;
    fclose(f);
  }
  closedir(threads);
  return nanoseconds / 1e9;
}

static long resident_kb(void) {
  char path[64];
  long broker_pid = broker_pids[0];
  long pages = 0;
  snprintf(path, sizeof path, "/proc/%ld/statm", broker_pid);
  FILE *f = broker_pid ? fopen(path, "r") : NULL;
  if (!f) return 0;
  if (fscanf(f, "%*d %ld", &pages) != 1) pages = 0;
  fclose(f);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

// ---- Bytes in and out.

static ssize_t read_some(Client *c, void *to, size_t n) {
  if (c->ssl) {
    int r = SSL_read(c->ssl, to, n);
    if (r > 0) return r;
    int e = SSL_get_error(c->ssl, r);
    errno = e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE ? EAGAIN : EIO;
    return e == SSL_ERROR_ZERO_RETURN ? 0 : -1;
  }
  return read(c->fd, to, n);
}

static ssize_t write_some(Client *c, const void *from, size_t n) {
  if (c->ssl) {
    int r = SSL_write(c->ssl, from, n);
    if (r > 0) return r;
    int e = SSL_get_error(c->ssl, r);
    errno = e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE ? EAGAIN : EIO;
    return -1;
  }
  return write(c->fd, from, n);
}

static void watch(Client *c, int operation) {
  struct epoll_event e = {.events = (c->is_frozen ? 0 : EPOLLIN) | (c->wants_write ? EPOLLOUT : 0), .data.ptr = c};
  epoll_ctl(epoll_fd, operation, c->fd, &e);
}

static void put(Client *c, const void *bytes, size_t n) {
  if (c->out_len + n > c->out_cap) c->out = realloc(c->out, c->out_cap = (c->out_len + n) * 2);
  memcpy(c->out + c->out_len, bytes, n);
  c->out_len += n;
}

static void flush(Client *c) {
  while (c->out_sent < c->out_len) {
    ssize_t n = write_some(c, c->out + c->out_sent, c->out_len - c->out_sent);
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) give_up(3, "write failed", c);
    c->out_sent += n;
  }
  if (c->out_sent == c->out_len) c->out_sent = c->out_len = 0;
  int wants_write = c->out_len > 0;
  if (wants_write != c->wants_write) {
    c->wants_write = wants_write;
    watch(c, EPOLL_CTL_MOD);
  }
}

// ---- Packets.

static void send_packet(Client *c, int first_byte, const uint8_t *body, size_t n) {
  uint8_t header[5] = {first_byte};
  put(c, header, 1 + put_length(header + 1, n));
  put(c, body, n);
  flush(c);
}

static void send_connect(Client *c) {
  uint8_t body[700];
  char id[64];
  snprintf(id, sizeof id, "%c%d-%d", c->is_publisher ? 'p' : 's', c->number, getpid());
  size_t n = put_connect(body, id, c->user[0] ? c->user : NULL, c->password[0] ? c->password : NULL);
  send_packet(c, 0x10, body, n);
}

static void send_subscribe(Client *c) {
  uint8_t body[MAX_TOPIC + 8] = {0, 1};
  size_t n = 2 + put_text(body + 2, c->topic);
  body[n++] = qos;
  send_packet(c, 0x82, body, n);
}

static void queue_publish(Client *c) {
  uint8_t head[MAX_TOPIC + 16];
  char name[MAX_TOPIC];
  const char *topic = c->topic, *mark = strstr(c->topic, "%m");
  if (mark) {
    snprintf(name, sizeof name, "%.*s%0*ld%s", (int)(mark - c->topic), c->topic, digits, sent % topics, mark + 2);
    topic = name;
  }
  size_t topic_len = strlen(topic);
  head[0] = 0x30 | qos << 1;
  size_t n = 1 + put_length(head + 1, 2 + topic_len + (qos ? 2 : 0) + payload_size);
  n += put_text(head + n, topic);
  if (qos) {
    if (++c->packet_id == 0) c->packet_id = 1;
    head[n++] = c->packet_id >> 8;
    head[n++] = c->packet_id;
    c->unacknowledged++;
  }
  double t = now();
  memcpy(payload, &t, sizeof t);
  c->departed = t;
  put(c, head, n);
  put(c, payload, payload_size);
  sent++;
}

static void is_ready(Client *c) {
  if (c->is_ready) return;
  c->is_ready = 1;
  ready++;
  if (!c->is_publisher && c->number >= subscribers - frozen) {
    c->is_frozen = 1;
    watch(c, EPOLL_CTL_MOD);
  }
}

static void arrived(const uint8_t *at, size_t n) {
  received++;
  last_arrival = now();
  if (n < sizeof(double) || latency_count == LATENCIES) return;
  double departure;
  memcpy(&departure, at, sizeof departure);
  latencies[latency_count++] = last_arrival - departure;
  if (last_arrival < first_end) first_count = latency_count;
}

static void handle(Client *c, const Packet *packet) {
  switch (packet->first_byte >> 4) {
  case CONNACK:
    if (packet->body[1]) give_up(2, "CONNECT refused", c);
    if (c->is_publisher) is_ready(c);
    else send_subscribe(c);
    break;
  case SUBACK:
    if (packet->body[2] == 0x80) give_up(2, "SUBSCRIBE refused", c);
    is_ready(c);
    break;
  case PUBACK:
    acknowledged++;
    c->unacknowledged--;
    if (window == 1 && wait_count < LATENCIES) waits[wait_count++] = now() - c->departed;
    break;
  case PUBLISH: {
    Publication publication = read_publish(packet);
    if (publication.wants_puback) put(c, publication.puback, sizeof publication.puback);
    arrived(publication.payload, publication.length);
  }
  }
}

// Handles every whole packet in the client's input; keeps the rest.
static void handle_all(Client *c) {
  size_t at = 0;
  for (Packet packet; find_packet(c->in + at, c->in_len - at, &packet); at += packet.size) handle(c, &packet);
  memmove(c->in, c->in + at, c->in_len - at);
  c->in_len -= at;
}

static void receive(Client *c) {
  for (;;) {
    if (c->in_cap - c->in_len < READ_ROOM) c->in = realloc(c->in, c->in_cap = c->in_cap ? c->in_cap * 2 : 2 * READ_ROOM);
    ssize_t n = read_some(c, c->in + c->in_len, c->in_cap - c->in_len);
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) give_up(3, "read failed", c);
    if (n == 0) give_up(3, "closed by the broker", c);
    c->in_len += n;
    handle_all(c);
    if (c->is_frozen || (!c->ssl && n < READ_ROOM)) break; // TLS may hold more than the socket shows
  }
  // Idle clients shall not cost the machine memory that the broker is being measured on.
  if (c->in_len == 0 && c->in_cap > 0 && messages == 0) {
    free(c->in);
    c->in = NULL;
    c->in_cap = 0;
  }
  if (c->out_len) flush(c);
}

static int wait_for_sockets(int timeout_ms) {
  struct epoll_event events[1024];
  int n = epoll_wait(epoll_fd, events, 1024, timeout_ms);
  for (int i = 0; i < n; i++) {
    Client *c = events[i].data.ptr;
    if (events[i].events & EPOLLOUT) flush(c);
    if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(c);
  }
  return n;
}

// ---- The course of a run.

static void connect_client(Client *c, int index) {
  int one = 1;
  // 20,000 connections for each local address: a port is not used twice.
  int where = c->is_publisher && publisher_port ? publisher_port : port;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(where), .sin_addr.s_addr = htonl(0x7f000001 + index / 20000)};
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect(c->fd, (struct sockaddr *)&to, sizeof to)) give_up(3, "no connection", c);
  if (use_tls) {
    static SSL_CTX *context;
    if (!context) context = tls_context();
    c->ssl = SSL_new(context);
    SSL_set_fd(c->ssl, c->fd);
    if (SSL_connect(c->ssl) != 1) give_up(3, "no TLS handshake", c);
  }
  fcntl(c->fd, F_SETFL, O_NONBLOCK);
  watch(c, EPOLL_CTL_ADD);
  send_connect(c);
}

// "%d" in a form is the client's number. "%m" stays: it is the message's.
static void fill_in(char *to, const char *form, int number) {
  const char *mark = strstr(form, "%d");
  if (mark) snprintf(to, MAX_TOPIC, "%.*s%d%s", (int)(mark - form), form, number, mark + 2);
  else snprintf(to, MAX_TOPIC, "%s", form);
}

static Client *open_clients(int total) {
  Client *clients = calloc(total, sizeof *clients);
  FILE *file = clients_file ? fopen(clients_file, "r") : NULL;
  if (clients_file && !file) give_up(2, "no file of clients", NULL);
  for (int i = 0; i < total; i++) {
    Client *c = &clients[i];
    c->is_publisher = i >= subscribers;
    c->number = c->is_publisher ? i - subscribers : i;
    fill_in(c->topic, c->is_publisher ? topic_form : filter_form, c->number);
    char kind = c->is_publisher ? 'P' : 'S', read_kind = 0;
    if (file && (fscanf(file, " %c %127s %127s %1023s", &read_kind, c->user, c->password, c->topic) != 4 || read_kind != kind))
      give_up(2, "file of clients does not fit", c);
    connect_client(c, i);
    if (i % 50 == 49) wait_for_sockets(0);
  }
  if (file) fclose(file);
  while (ready < total)
    if (wait_for_sockets(30000) == 0) give_up(4, "clients not ready", NULL);
  return clients;
}

// One round over the publishers: each sends as much as it may. All that its window has room for goes out in one write: in two, it depended on
// the broker's first answers whether they came together again, and the broker then wrote half as often.
static void send_more(Client *all, double start) {
  static int next = 0;
  const long most = rate > 0 ? 1 : qos && window > 64 ? window : 64;
  for (int i = 0, batch = 0; i < publishers && sent < messages && batch < 2048; i++) {
    Client *c = &all[subscribers + next++ % publishers];
    for (int burst = 0; sent < messages && burst < most; burst++, batch++) {
      if (rate > 0 && sent >= rate * (now() - start)) break;
      if (qos ? c->unacknowledged >= window : c->out_len > 65536 || sent * due - received >= max_outstanding) break;
      queue_publish(c);
    }
    if (c->out_len && !c->wants_write) flush(c);
  }
}

static int by_value(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return x < y ? -1 : x > y;
}

// Of `count` latencies from `from` on, which are sorted by this.
static double latency_ms(float *from, long count, double fraction) {
  qsort(from, count, sizeof *from, by_value);
  return count > 0 ? from[(long)((count - 1) * fraction)] * 1e3 : 0;
}

static void report(double connecting, double seconds, const double *cpus, long expected, long rss_before) {
  double cpu = 0;
  for (int i = 0; i < processes; i++) cpu += cpus[i];
  // In the order of arrival first: the first seconds, and what came after two fifths of the run.
  long early = latency_count * 2 / 5;
  double steady = latency_ms(latencies + early, latency_count - early, 0.99);
  double first = latency_ms(latencies, first_count < early ? first_count : early, 0.99);
  printf("{\"publishers\":%d,\"subscribers\":%d,\"qos\":%d,\"payload\":%d,\"sent\":%ld,\"acknowledged\":%ld,\"received\":%ld,"
         "\"lost\":%ld,\"seconds\":%.3f,\"perSecond\":%.0f,\"cpuSeconds\":%.3f,\"cpuMicrosPerMessage\":%.3f,"
         "\"p50Ms\":%.3f,\"p99Ms\":%.3f,\"maxMs\":%.3f,\"firstP99Ms\":%.3f,\"steadyP99Ms\":%.3f,\"pubackP99Ms\":%.3f,\"connectSeconds\":%.3f,\"rssKb\":%ld,\"rssBeforeKb\":%ld,\"cpuMicrosByProcess\":[",
         publishers, subscribers, qos, payload_size, sent, acknowledged, received, expected - received, seconds,
         seconds > 0 ? received / seconds : 0, cpu, received ? cpu * 1e6 / received : 0, latency_ms(latencies, latency_count, 0.5),
         latency_ms(latencies, latency_count, 0.99), latency_ms(latencies, latency_count, 1), first, steady,
         latency_ms(waits + wait_count * 2 / 5, wait_count - wait_count * 2 / 5, 0.99), connecting, resident_kb(), rss_before);
  for (int i = 0; i < processes; i++) printf("%s%.3f", i ? "," : "", received ? cpus[i] * 1e6 / received : 0);
  printf("]}\n");
}

static void options(int argc, char **argv) {
  for (int o; (o = getopt(argc, argv, "p:k:P:S:q:n:s:r:w:o:t:f:m:d:e:c:z:i:x:T")) > 0;) {
    switch (o) {
    case 'p': port = atoi(optarg); break;
    case 'k': publisher_port = atoi(optarg); break;
    case 'P': publishers = atoi(optarg); break;
    case 'S': subscribers = atoi(optarg); break;
    case 'q': qos = atoi(optarg); break;
    case 'n': messages = atol(optarg); break;
    case 's': payload_size = atoi(optarg); break;
    case 'r': rate = atof(optarg); break;
    case 'w': window = atol(optarg); break;
    case 'o': max_outstanding = atol(optarg); break;
    case 't': topic_form = optarg; break;
    case 'f': filter_form = optarg; break;
    case 'm': topics = atoi(optarg); break;
    case 'd': digits = atoi(optarg); break;
    case 'e': due = atoi(optarg); break;
    case 'c': clients_file = optarg; break;
    case 'z': frozen = atoi(optarg); break;
    case 'i': idle_seconds = atof(optarg); break;
    case 'x':
      if (processes < MAX_PROCESSES) broker_pids[processes++] = atol(optarg);
      break;
    case 'T': use_tls = 1; break;
    default: exit(2);
    }
  }
  if (due == 0) due = subscribers - frozen;
  if (payload_size < (int)sizeof(double)) payload_size = sizeof(double);
}

int main(int argc, char **argv) {
  options(argc, argv);
  raise_file_limit();
  payload = malloc(payload_size);
  memset(payload, 'x', payload_size);
  latencies = malloc(LATENCIES * sizeof *latencies);
  waits = malloc(LATENCIES * sizeof *waits);
  epoll_fd = epoll_create1(0);

  long rss_before = resident_kb();
  double begun = now();
  Client *clients = open_clients(publishers + subscribers);
  double connecting = now() - begun;
  for (double settled = now() + 0.3; now() < settled;) wait_for_sockets(50);

  long expected = messages * due;
  double cpus[MAX_PROCESSES];
  for (int i = 0; i < processes; i++) cpus[i] = -cpu_seconds(broker_pids[i]);
  double start = now(), progress = start;
  last_arrival = start;
  first_end = start + FIRST_SECONDS;
  for (long done = -1; received < expected || (qos && acknowledged < messages);) {
    if (sent < messages) send_more(clients, start);
    wait_for_sockets(sent < messages ? (rate > 0 ? 1 : 0) : 100);
    if (sent + received + acknowledged != done) {
      done = sent + received + acknowledged;
      progress = now();
    } else if (now() - progress > 10) {
      break; // what has not come by now is lost
    }
  }
  double held = now() + idle_seconds;
  while (now() < held) wait_for_sockets(100);
  double seconds = (messages == 0 ? now() : last_arrival) - start;
  usleep(50000); // the broker finishes its last tick
  for (int i = 0; i < processes; i++) cpus[i] += cpu_seconds(broker_pids[i]);
  report(connecting, seconds, cpus, expected, rss_before);
  return received < expected ? 5 : 0;
}
