import { Agent, request } from 'node:http';

/** Calls the API over connections that are kept. */
export class Caller {
  readonly #url: string;
  readonly #token: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  get(path: string): Promise<string> {
    return this.#send('GET', path);
  }

  post(path: string, body: unknown): Promise<string> {
    return this.#send('POST', path, JSON.stringify(body));
  }

  patch(path: string, body: unknown): Promise<string> {
    return this.#send('PATCH', path, JSON.stringify(body));
  }

  delete(path: string): Promise<string> {
    return this.#send('DELETE', path);
  }

  close(): void {
    this.#agent.destroy();
  }

  /** The body of the answer, which must be 200. */
  #send(method: string, path: string, body?: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${this.#token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      };
      const call = request(new URL(path, this.#url), { method, headers, agent: this.#agent }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (piece) => {
          text += piece;
        });
        answer.on('error', reject).on('end', () => {
          if (answer.statusCode === 200) resolve(text);
          else reject(new Error(`${method} ${path} answered ${answer.statusCode}: ${text}`));
        });
      });
      call.on('error', reject).end(body);
    });
  }
}
