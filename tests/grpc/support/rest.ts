/** REST at the port that serves gRPC, too: over HTTP/2 and over HTTP/1.1. */
import { once } from 'node:events';
import { connect } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import type { Installation } from '@iotcore/testkit';
import { expect, onTestFinished } from 'vitest';

export interface RestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly body: { readonly [field: string]: unknown };
}
/** `body`: an object goes as JSON, a text as it is. */
export type RestCall = (
  method: string,
  path: string,
  body?: object | string,
  headers?: Readonly<Record<string, string>>,
) => Promise<RestAnswer>;

const headersOf = ({ adminToken }: Installation, body: object | string | undefined) => ({
  authorization: `Bearer ${adminToken}`,
  ...(body !== undefined && { 'content-type': 'application/json' }),
});

const bytesOf = (body: object | string | undefined) =>
  typeof body === 'object' ? JSON.stringify(body) : body;

function answerOf(status: number, headers: RestAnswer['headers'], text: string): RestAnswer {
  const isJson = String(headers['content-type']).startsWith('application/json') && text !== '';
  return { status, headers, text, body: isJson ? JSON.parse(text) : {} };
}

/** All calls on one connection. */
export async function overHttp2(installation: Installation): Promise<RestCall> {
  const { apiTlsPort, caPem } = installation;
  const session = connect(`https://localhost:${apiTlsPort}`, { ca: caPem });
  onTestFinished(() => session.destroy());
  await once(session, 'connect');
  expect(session.alpnProtocol).toBe('h2');
  return async (method, path, body, headers) => {
    const stream = session.request({
      ':method': method,
      ':path': path,
      ...headersOf(installation, body),
      ...headers,
    });
    let text = '';
    stream.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    stream.end(bytesOf(body));
    const [answered] = await once(stream, 'response');
    await once(stream, 'close');
    return answerOf(answered[':status'], answered, text);
  };
}

export async function overHttp1(installation: Installation): Promise<RestCall> {
  const { apiTlsPort: port, caPem: ca } = installation;
  return async (method, path, body, headers) => {
    const all = { ...headersOf(installation, body), ...headers };
    const request = httpsRequest({ host: 'localhost', port, ca, method, path, headers: all });
    request.end(bytesOf(body));
    const [response] = await once(request, 'response');
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    return answerOf(response.statusCode, response.headers, text);
  };
}
