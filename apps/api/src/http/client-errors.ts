/** Requests so broken that Node's HTTP parser gives up on them: answered on the bare socket, which is then closed. */
import type { Socket } from 'node:net';
import type { ApiError } from '@iotcore/control';
import { http } from '@iotcore/process';
import { httpErrors, statusOf } from '../rest/errors.ts';

function errorOf(code: string | undefined): ApiError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return httpErrors.malformed('The headers are too large.', 431);
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return httpErrors.timedOut();
    default:
      return httpErrors.malformed('The request is not HTTP.');
  }
}

export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const answer = errorOf(error.code);
  const status = statusOf(answer);
  const text = JSON.stringify(answer.body);
  socket.end(
    `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ''}\r\nconnection: close\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}
