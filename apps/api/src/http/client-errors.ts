/** Requests so broken that Node's HTTP parser gives up on them: answered on the bare socket, which is then closed. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type ApiError, errors } from '../errors/catalogue.ts';

function errorOf(code: string | undefined): ApiError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return errors.malformed('The headers are too large.', 431);
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return errors.timedOut();
    default:
      return errors.malformed('The request is not HTTP.');
  }
}

export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { http, body } = errorOf(error.code);
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${http} ${STATUS_CODES[http] ?? ''}\r\nconnection: close\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}
