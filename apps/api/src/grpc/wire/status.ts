/** The end of a gRPC call: its code, its message in the form that headers can hold, its details. */
import { fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf';
import { type ApiError, codes, errors, type FieldViolation } from '@iotcore/control';
import { messages, StatusSchema } from '@iotcore/proto';
import { toProtoPath } from '../messages/field-names.ts';

/** What trailers say of the end of a call. */
export type Trailers = Readonly<Record<string, string>>;

export const succeeded: Trailers = { 'grpc-status': '0' };

/** The trailers of a call that failed, with all details as google.rpc.Status in one of them. */
export function failed(error: ApiError): Trailers {
  const { status, message, details } = inProtoNames(error);
  const trailers = { 'grpc-status': String(codes[status]), 'grpc-message': encodeMessage(message) };
  const all = [...details, ...retryInfo(error)];
  if (all.length === 0) return trailers;
  const json = { code: codes[status], message, details: all } as JsonValue;
  const bytes = toBinary(StatusSchema, fromJson(StatusSchema, json, { registry: messages }));
  return { ...trailers, 'grpc-status-details-bin': toHeader(bytes) };
}

/** Violations name fields as the .proto files do, not as JSON. */
function inProtoNames(error: ApiError): ApiError {
  const violations = error.details.flatMap(
    ({ fieldViolations }) => fieldViolations ?? [],
  ) as FieldViolation[];
  if (violations.length === 0) return error;
  return errors.invalidArgument(violations.map((one) => ({ ...one, field: toProtoPath(one.field) })));
}

function retryInfo({ retryAfterSeconds }: ApiError): object[] {
  if (retryAfterSeconds === undefined) return [];
  return [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryAfterSeconds}s` }];
}

/** Binary headers go without padding (PROTOCOL-HTTP2.md). */
function toHeader(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}

/**
 * Percent-encodes what a header cannot hold, and nothing else: clients decode with `decodeURI`, which leaves encoded
 * punctuation as it is (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, Status-Message).
 */
function encodeMessage(message: string): string {
  let encoded = '';
  for (const byte of Buffer.from(message, 'utf8')) {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    encoded += isPlain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}
