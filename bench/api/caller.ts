import { KeptConnection } from './kept-connection.ts';

/** Calls the API over connections that are kept, as many as there are calls at once. */
export class Caller {
  readonly #port: number;
  readonly #head: string;
  readonly #idle: KeptConnection[] = [];

  constructor(url: string, token: string) {
    const { host, port } = new URL(url);
    this.#port = Number(port);
    this.#head = `HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${token}\r\n`;
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

  /** Once no call is under way. */
  close(): void {
    for (const connection of this.#idle.splice(0)) connection.close();
  }

  #take(): KeptConnection {
    let connection = this.#idle.pop();
    while (connection && !connection.isOpen) connection = this.#idle.pop();
    return connection ?? new KeptConnection(this.#port);
  }

  /** The body of the answer, which must be 200. */
  async #send(method: string, path: string, body?: string): Promise<string> {
    const connection = this.#take();
    const answer = await connection.call(`${method} ${path} ${this.#head}${contentOf(body)}`);
    this.#idle.push(connection);
    if (answer.status !== 200) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.body}`);
    return answer.body;
  }
}

function contentOf(body: string | undefined): string {
  if (body === undefined) return '\r\n';
  return `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
