/** The end of a gRPC call: its code, its message in the form that headers can hold, its details. */
import { fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf';
import { ApiError, codes, errors, type FieldViolation } from '@iotcore/control';
import { messages, StatusSchema } from '@iotcore/proto';
import { toProtoPath } from '../messages/field-names.ts';

/** What trailers say of the end of a call. */
export type Trailers = Readonly<Record<string, string>>;

export const succeeded: Trailers = { 'grpc-status': '0' };

/**
 * Bounds of the trailers, before they are encoded. Java clients take 8 KiB of headers in all and fail the whole call beyond:
 * then nobody would read anything. What an error says is cut instead.
 */
const maxMessageBytes = 1024;
const maxDetailsBytes = 4096;

/** The trailers of a call that failed, with all details as google.rpc.Status in one of them. */
export function failed(thrown: ApiError): Trailers {
  const error = inProtoNames(thrown);
  const trailers = {
    'grpc-status': String(codes[error.status]),
    'grpc-message': encodeMessage(cut(error.message, maxMessageBytes)),
  };
  const details = statusBytes(error);
  return details ? { ...trailers, 'grpc-status-details-bin': toHeader(details) } : trailers;
}

/** As google.rpc.Status; undefined without details. Of many violations as many as there is room for. */
function statusBytes(error: ApiError): Uint8Array | undefined {
  const details = [...error.details, ...retryInfo(error)];
  if (details.length === 0) return undefined;
  const json = { code: error.code, message: cut(error.message, maxMessageBytes), details } as JsonValue;
  const bytes = toBinary(StatusSchema, fromJson(StatusSchema, json, { registry: messages }));
  const violations = violationsOf(error);
  if (bytes.length <= maxDetailsBytes || violations.length === 0) return bytes;
  return statusBytes(withViolations(error, violations.slice(0, violations.length >> 1)));
}

/** Violations name fields as the .proto files do, not as JSON. */
function inProtoNames(error: ApiError): ApiError {
  const violations = violationsOf(error);
  if (violations.length === 0) return error;
  return errors.invalidArgument(violations.map((one) => ({ ...one, field: toProtoPath(one.field) })));
}

function violationsOf({ details }: ApiError): FieldViolation[] {
  return details.flatMap(({ fieldViolations }) => fieldViolations ?? []) as FieldViolation[];
}

function withViolations({ status, message }: ApiError, violations: readonly FieldViolation[]): ApiError {
  const [badRequest] = errors.invalidArgument(violations).details;
  return new ApiError(status, message, { details: badRequest && violations.length > 0 ? [badRequest] : [] });
}

function retryInfo({ retryAfterSeconds }: ApiError): object[] {
  if (retryAfterSeconds === undefined) return [];
  return [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryAfterSeconds}s` }];
}

/** At most so many bytes of UTF-8, whole characters. */
function cut(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  const end = [0, 1, 2, 3].map((back) => maxBytes - back).find((at) => ((bytes[at] ?? 0) & 0xc0) !== 0x80);
  return bytes.subarray(0, end).toString();
}

/** Binary headers go without padding (PROTOCOL-HTTP2.md). */
function toHeader(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}

/**
 * Percent-encodes what a header cannot hold, and nothing else: clients decode with `decodeURI`, which leaves encoded
 * punctuation as it is (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, Status-Message).
 */
export function encodeMessage(message: string): string {
  let encoded = '';
  for (const byte of Buffer.from(message, 'utf8')) {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    encoded += isPlain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}
