import { Counter, Histogram, Registry } from 'prom-client';

/** Upper ends of the classes of times, in seconds: from a read by its ID to a large import. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What becomes of calls, for Prometheus. No name that a client chose becomes a label: they would be without bound. */
export class CallMetrics {
  readonly registry = new Registry();
  /** Of both edges, since the start. */
  calls = 0;
  readonly #answered = new Counter({
    name: 'iotcore_api_requests_total',
    help: 'Answered requests, by operation and HTTP status',
    labelNames: ['operation', 'status'],
    registers: [this.registry],
  });
  readonly #answeredGrpc = new Counter({
    name: 'iotcore_api_grpc_calls_total',
    help: 'Answered calls of gRPC, by operation and code',
    labelNames: ['operation', 'code'],
    registers: [this.registry],
  });
  readonly #seconds = new Histogram({
    name: 'iotcore_api_request_seconds',
    help: 'Time from the headers of a request to the end of its answer',
    buckets,
    registers: [this.registry],
  });
  readonly #abandoned = new Counter({
    name: 'iotcore_api_requests_abandoned_total',
    help: 'Requests whose connection ended before their answer',
    registers: [this.registry],
  });
  readonly #rateLimited = new Counter({
    name: 'iotcore_api_rate_limited_total',
    help: 'Requests beyond a rate: of calls for each caller, of bad credentials for each address',
    labelNames: ['rate'],
    registers: [this.registry],
  });

  /** Without an operation: an address that the API does not have. Without a time: it says nothing. */
  answered(operation: string | undefined, status: number, tookMs: number | undefined): void {
    this.calls++;
    this.#answered.inc({ operation: operation ?? 'none', status });
    if (tookMs !== undefined) this.#seconds.observe(tookMs / 1000);
  }

  /** `code`: of google.rpc.Code. */
  answeredGrpc(operation: string | undefined, code: number, tookMs: number): void {
    this.calls++;
    this.#answeredGrpc.inc({ operation: operation ?? 'none', code });
    this.#seconds.observe(tookMs / 1000);
  }

  abandoned(): void {
    this.#abandoned.inc();
  }

  rateLimited(rate: 'calls' | 'credentials'): void {
    this.#rateLimited.inc({ rate });
  }
}
